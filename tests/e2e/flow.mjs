// The whole way of the office, on the real program with the demonstration group: from the first sign-in over a
// document, its confirmation and the register to the export; then the same in short without script.  TAP on standard
// output.  Each case goes on where the one before ended.
//
//   node tests/e2e/flow.mjs PROGRAM sqlite|postgres
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { change_password, launch, sign_in as sign_in_at, sizes } from './browser.mjs';
import { data_dir, start_product } from './server.mjs';
import { run_all, test } from './tap.mjs';
import { zip, zip_all, zip_text } from './zip.mjs';

const [program, engine] = process.argv.slice(2);
if (engine === 'postgres' && !process.env.BIHUAN_TEST_PG_URL) {
  console.log('1..0 # SKIP no PostgreSQL on this machine');
  process.exit(0);
}
const product = await start_product({ program, engine });
const { address, passwords } = product;
const browser = await launch();
const new_password = 'Xiang-2026-xin-mima';
const known = {}; // what a case leaves for the next ones

async function open_context(options) {
  const context = await browser.newContext({ viewport: sizes.wide, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  const faults = [];
  page.on('pageerror', (problem) => faults.push(`script: ${problem.message}`));
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) faults.push(message.text()); });
  return { page, faults };
}

const office = await open_context({});
const plain = await open_context({ javaScriptEnabled: false });
let { page } = office;

const sign_in = (to, login, password) => sign_in_at(to, address, login, password);

const path_of = (one) => new URL(one.url()).pathname;
const heading = (one = page) => one.textContent('h1').then((text) => text.trim());
// Without script nothing can be scrolled to for the pointer; the keyboard reaches everything.
const enter_and_go = (one, selector) => Promise.all([one.waitForNavigation(), one.locator(selector).press('Enter')]);
const press_and_go = (one, selector) => Promise.all([one.waitForNavigation(), one.click(selector)]);
const total_of = async () => Number(/\d+/.exec(await page.textContent('.toolbar :text-matches("合计 ?[0-9]")'))[0]);

// The tallies above the draft, by their words.
const tallies = () => page.$$eval('.tallies > span', (all) => Object.fromEntries(all.map((one) => [
  one.firstChild.textContent.trim() || one.childNodes[1].textContent.trim(), Number(one.querySelector('b')?.textContent)])));
const current = () => page.evaluate(() => document.querySelector('a.draft-node.is-current')?.id);
const has_inspector = (id) => page.waitForSelector(`#inspector [data-selected="${id}"]`);

// Does act and waits until the draft has been swapped for its next state.
async function operate(act) {
  const revision = () => document.querySelector('form[data-confirm-draft] [name=revision]').value;
  const before = await page.evaluate(revision);
  await act();
  await page.waitForFunction((old) => document.querySelector('form[data-confirm-draft] [name=revision]').value !== old, before);
  assert.equal(await page.isVisible('#trouble'), false);
  return tallies();
}

async function select_node(id) {
  await page.click(`a.draft-node[id="${id}"]`);
  await has_inspector(id);
}

test('the first sign-in asks for a new password before anything else', async () => {
  await page.goto(`${address}/findings`);
  assert.equal(path_of(page), '/login');
  await sign_in(page, 'xiangming', 'wrong-password');
  assert.equal(await page.isVisible('#errors'), true);
  assert.equal(await page.inputValue('#login'), 'xiangming');
  await sign_in(page, 'xiangming', passwords.xiangming);
  assert.equal(path_of(page), '/password');
  await page.goto(`${address}/findings`);
  assert.equal(path_of(page), '/password');
  await change_password(page, passwords.xiangming, new_password, 'something-else-9');
  assert.equal(await page.isVisible('.field.has-error:has(#repeat) .error'), true);
  await change_password(page, passwords.xiangming, new_password);
  assert.equal(await heading(), '我的工作');
  assert.match(await page.textContent('.figures'), /95\s*问题总数/);
});

test('a document is sent with its progress and ends on the confirm screen', async () => {
  await press_and_go(page, '.page-head a.btn-primary');
  assert.equal(path_of(page), '/sources/import');
  assert.equal(await page.$eval('#unit_id', (choice) => choice.selectedOptions[0].text), '岫川数科集团有限公司');
  let let_through;
  const gate = new Promise((done) => { let_through = done; });
  await page.route('**/sources/import', async (route) => {
    if (route.request().method() === 'POST') await gate;
    await route.continue();
  });
  await page.setInputFiles('#file', join(data_dir, 'progress-bulletin.txt'));
  await page.click('[data-drop] .btn-primary');
  await page.waitForSelector('[data-upload-progress]:not([hidden])');
  assert.equal(await page.textContent('[data-upload-name]'), 'progress-bulletin.txt');
  assert.equal(await page.isDisabled('[data-drop] .btn-primary'), true);
  let_through();
  await page.waitForURL('**/drafts/*');
  await page.unroute('**/sources/import');
  assert.equal(await heading(), '确认识别结果');
  known.read = await tallies();
  assert.equal(known.read['问题'], 18);
  assert.equal(known.read['长期坚持'], 14);
  assert.match(await page.textContent('.tallies .status'), /各段均已归位/);
  assert.match(await page.textContent('#pane-left'), /权登记不及时问题/);
});

test('document and register point at each other', async () => {
  const node = await page.getAttribute('a.draft-node.kind-finding', 'id');
  await page.hover(`.piece[data-node="${node}"]`);
  await page.waitForSelector(`a.draft-node.is-linked[id="${node}"]`);
  const other = await page.locator('a.draft-node.kind-finding').nth(1).getAttribute('id');
  await page.hover(`a.draft-node[id="${other}"]`);
  await page.waitForSelector(`.piece.is-linked[data-node="${other}"]`);
  // What is pointed at stands within the window, not only within its pane.
  await page.waitForFunction((id) => document.querySelector(`.piece[data-node="${id}"]`).getBoundingClientRect().bottom <= window.innerHeight, other);
  assert.equal(await page.locator(`.piece.is-linked[data-node="${node}"]`).count(), 0);
});

test('a title is put right by keyboard', async () => {
  const finding = await page.getAttribute('a.draft-node.kind-finding', 'id');
  while (await current() !== finding) await page.keyboard.press('ArrowDown');
  await has_inspector(finding);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'node-title');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('产权登记不及时');
  await operate(() => page.locator('#inspector button[value="edit"]').press('Enter'));
  assert.equal((await page.textContent(`a.draft-node[id="${finding}"] .two-lines`)).trim(), '产权登记不及时');
  assert.equal(await current(), finding);
  known.finding = finding;
});

test('a part is split in two and merged again', async () => {
  const measures = known.read['措施'];
  const measure = await page.getAttribute('a.draft-node.kind-measure', 'id');
  await select_node(measure);
  await page.keyboard.press('s');
  await page.waitForFunction(() => document.activeElement.id === 'node-at');
  await page.selectOption('#node-at', { index: 0 });
  let now = await operate(() => page.locator('#inspector button[value="split"]').press('Enter'));
  assert.equal(now['措施'], measures + 1);
  await page.focus(`a.draft-node[id="${measure}"]`);
  await page.keyboard.press('ArrowDown');
  const second = await current();
  assert.notEqual(second, measure);
  await has_inspector(second);
  now = await operate(() => page.keyboard.press('m'));
  assert.equal(now['措施'], measures);
});

test('a part becomes another kind, and undo takes it back', async () => {
  const before = await tallies();
  const finding = await page.locator('a.draft-node.kind-finding').nth(2).getAttribute('id');
  await select_node(finding);
  await page.keyboard.press('t');
  await page.waitForFunction(() => document.activeElement.id === 'node-role');
  await page.selectOption('#node-role', { label: '措施' });
  const now = await operate(() => page.locator('#inspector button[value="retype"]').press('Enter'));
  assert.equal(now['问题'], before['问题'] - 1);
  await page.focus('#pane-right');
  assert.deepEqual(await operate(() => page.keyboard.press('u')), before);
});

test('a finding moves to another aspect and a measure to another finding, and undo takes it back', async () => {
  for (const kind of ['finding', 'measure']) {
    const before = await tallies();
    const part = await page.locator(`a.draft-node.kind-${kind}`).nth(2).getAttribute('id');
    await select_node(part);
    await page.keyboard.press('v');
    await page.waitForFunction(() => document.activeElement.id === 'node-parent');
    const here = await page.inputValue('#node-parent');
    const there = await page.$$eval('#node-parent option', (all) => all.at(-1).value);
    assert.notEqual(there, here);
    await page.selectOption('#node-parent', there);
    assert.deepEqual(await operate(() => page.locator('#inspector button[value="move"]').press('Enter')), before);
    await select_node(part);
    assert.equal(await page.inputValue('#node-parent'), there);
    await page.focus('#pane-right');
    await operate(() => page.keyboard.press('u'));
    await select_node(part);
    assert.equal(await page.inputValue('#node-parent'), here);
  }
});

test('a part is dropped with its reason, undone and done again', async () => {
  const before = await tallies();
  const finding = await page.locator('a.draft-node.kind-finding').nth(3).getAttribute('id');
  await select_node(finding);
  await page.keyboard.press('d');
  await page.waitForFunction(() => document.activeElement.id === 'drop-reason');
  await page.keyboard.press('Enter');
  assert.deepEqual(await tallies(), before);
  await page.keyboard.insertText('与整改无关');
  const dropped = await operate(() => page.locator('#inspector button[value="drop"]').press('Enter'));
  assert.equal(dropped['问题'], before['问题'] - 1);
  assert.ok(dropped['已剔除'] > (before['已剔除'] || 0));
  await page.focus('#pane-right');
  assert.deepEqual(await operate(() => page.keyboard.press('u')), before);
  assert.deepEqual(await operate(() => page.keyboard.press('r')), dropped);
  const now = await operate(() => page.keyboard.press('u'));
  known.confirmed = now['问题'] + now['长期坚持'];
});

test('Ctrl+Enter confirms, and the source shows what went in', async () => {
  await Promise.all([page.waitForURL('**/sources/*'), page.keyboard.press('Control+Enter')]);
  assert.match(await heading(), /专项巡视整改进展情况的通报/);
  assert.match(await page.textContent('.figures'), new RegExp(`^\\s*${known.confirmed}\\s*问题数`));
  assert.match(await page.textContent('#document'), /现将巡视整改进展情况予以公布/);
  await press_and_go(page, '.page-head a.btn-primary');
  assert.equal(path_of(page), '/findings');
  assert.equal(await total_of(), known.confirmed);
  assert.match(await page.textContent('tbody'), /产权登记不及时/);
});

test('the register is filtered, sorted and kept as a view', async () => {
  await page.goto(`${address}/findings`);
  assert.equal(await total_of(), 95 + known.confirmed);
  await Promise.all([page.waitForNavigation(), page.selectOption('#phase', { label: '集中整改' })]);
  const phases = await page.$$eval('td[data-label="整改类型"]', (cells) => cells.map((cell) => cell.textContent.trim()));
  assert.ok(phases.length > 1);
  assert.deepEqual([...new Set(phases)], ['集中整改']);
  assert.match(await page.textContent('.chips'), /整改类型\s*集中整改/);
  await press_and_go(page, 'th a:has-text("编号")');
  const numbers = await page.$$eval('td[data-label="编号"]', (cells) => cells.map((cell) => cell.textContent.trim()));
  const is_up = await page.getAttribute('th:has-text("编号")', 'aria-sort') === 'ascending';
  assert.deepEqual(numbers, is_up ? [...numbers].sort() : [...numbers].sort().reverse());
  await page.click('.tabs details.menu summary');
  await page.fill('#view-name', '集中整改的');
  await press_and_go(page, '.tabs details.menu .btn-primary');
  assert.equal((await page.textContent('.tabs [aria-current]')).trim(), '集中整改的');
  assert.match(await page.textContent('.chips'), /集中整改/);
});

test('columns are chosen and stay in the address', async () => {
  await page.goto(`${address}/findings?phase=long_term`);
  await page.click('.toolbar details.menu summary');
  await page.check('.toolbar .menu-list label:has-text("来源") input');
  await page.uncheck('.toolbar .menu-list label:has-text("措施数") input');
  await press_and_go(page, '.toolbar .menu-list .btn');
  const heads = await page.$$eval('thead th', (cells) => cells.map((cell) => cell.textContent.trim()));
  assert.ok(heads.includes('来源'));
  assert.ok(!heads.includes('措施数'));
  assert.match(page.url(), /column=source/);
});

test('rows selected by keyboard are changed together, with a result for each', async () => {
  await page.goto(`${address}/findings?status=registered&phase=long_term`); // closed ones keep what they say
  for (const key of ['j', 'x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
  assert.equal(await page.textContent('[data-bulk-count]'), '3');
  await page.selectOption('#bulk-field', { label: '责任人' });
  await page.fill('#bulk-value', '郦恺');
  await page.fill('#bulk-reason', '明确责任');
  await press_and_go(page, '[data-bulk-bar] .btn-primary');
  assert.equal(await heading(), '办理结果');
  const results = await page.$$eval('tbody tr', (rows) => rows.map((row) => row.lastElementChild.textContent.trim()));
  assert.equal(results.length, 3);
  for (const result of results) assert.match(result, /已/);
  await press_and_go(page, 'tbody th a >> nth=1'); // the first is a bulletin's long-term point, with a day of its own
  assert.match(await page.textContent('dl.facts'), /郦恺/);
  assert.equal(await page.locator('.quote p').count(), 1); // a row of the ledger is quoted as one row
  assert.ok(await page.locator('.quote .cell').count() > 5);
  assert.match(await page.textContent('#history'), /明确责任/);
});

test('a wrong date is told at its field, and nothing typed is lost', async () => {
  known.edited = page.url();
  await press_and_go(page, '.page-head a.btn[href$="/edit"]');
  await page.fill('#title', '改过的标题：投后管理不到位');
  await page.fill('#facts', '第一行\n第二行，含“引号”与 <标签>');
  // A browser without a picker of its own sends what was typed.
  await page.evaluate(() => { document.getElementById('due').type = 'text'; });
  await page.fill('#due', '2026-13-45');
  await press_and_go(page, '.form-actions .btn-primary');
  assert.equal(await page.isVisible('.field.has-error:has(#due) .error'), true);
  assert.match(await page.textContent('#errors a[href="#due"]'), /^完成时限：/); // what it is about, and what is wrong
  assert.equal(await page.getAttribute('#due', 'value'), '2026-13-45');
  assert.equal(await page.inputValue('#title'), '改过的标题：投后管理不到位');
  assert.equal(await page.inputValue('#facts'), '第一行\n第二行，含“引号”与 <标签>');
  await page.fill('#due', '2027-03-31');
  await page.fill('#reason', '核对原文');
  await press_and_go(page, '.form-actions .btn-primary');
  assert.equal(page.url().split('#')[0], known.edited);
  assert.equal(await heading(), '改过的标题：投后管理不到位');
  assert.match(await page.textContent('dl.facts'), /2027-03-31/);
  assert.match(await page.textContent('#history'), /核对原文/);
});

test('two characters in traditional script find what is written in simplified', async () => {
  await page.goto(`${address}/`);
  await page.keyboard.press('/');
  await page.keyboard.insertText('擔保');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const marked = await page.$$eval('.hits mark', (marks) => marks.map((mark) => mark.textContent));
  assert.ok(marked.length > 2);
  assert.deepEqual([...new Set(marked)], ['担保']);
  await press_and_go(page, '.hits a >> nth=0');
  assert.match(await page.textContent('main'), /担保/);
});

test('a unit is moved by drag, and the move is undone', async () => {
  await page.setViewportSize({ width: 1440, height: 1600 }); // both units in sight
  await page.goto(`${address}/units`);
  const line = (name) => page.locator(`.unit-line:has-text("${name}")`);
  const below = (name, parent) => page.locator(`li:has(> .unit-line:has-text("${parent}")) > details > ul > li > .unit-line:has-text("${name}")`).count();
  assert.equal(await below('岫川安屏网络安全有限公司', '岫川数科集团有限公司'), 1);
  await line('岫川安屏网络安全有限公司').dragTo(line('岫川云枢数据有限公司'), { sourcePosition: { x: 300, y: 15 }, targetPosition: { x: 300, y: 15 } });
  await page.waitForSelector('#move-dialog[open]');
  assert.equal(await page.textContent('[data-move-parent]'), '岫川云枢数据有限公司');
  await page.fill('#move-reason', '板块整合');
  await press_and_go(page, '#move-dialog .btn-primary');
  assert.match(await page.textContent('.alert-success'), /岫川安屏网络安全有限公司/);
  assert.equal(await below('岫川安屏网络安全有限公司', '岫川云枢数据有限公司'), 1);
  await press_and_go(page, '.alert .link');
  assert.equal(await below('岫川安屏网络安全有限公司', '岫川数科集团有限公司'), 1);
  await page.setViewportSize(sizes.wide);
});

test('the workbook has as many rows as the list', async () => {
  await page.goto(`${address}/findings?phase=immediate`);
  const total = await total_of();
  await page.click('.page-head details.menu summary');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('.page-head .menu-list a >> nth=0')]);
  assert.match(download.suggestedFilename(), /\.xlsx$/);
  const sheet = zip_text(readFileSync(await download.path()), 'xl/worksheets/sheet1.xml');
  assert.equal((sheet.match(/<row /g) || []).length, total + 1);
});

test('a workbook of a unit comes back: untouched nothing changes, evidence beside it is shown and then taken', async () => {
  const send = async (name, buffer) => {
    await page.goto(`${address}/tasks/sheet`);
    await page.setInputFiles('#file', { name, mimeType: 'application/octet-stream', buffer });
    await press_and_go(page, 'form[action="/tasks/sheet/upload"] .btn-primary');
  };
  const task = (await (await page.context().request.get(`${address}/tasks.json?state=doing`)).json()).tasks[0];
  const book = await (await page.context().request.get(`${address}/units/${task.unit_id}/task_book`)).body();
  await send('填报.xlsx', book);
  assert.equal(await page.locator('form[action="/tasks/sheet/apply"]').count(), 0);
  assert.match(await page.textContent('main'), /将写入 0/);
  assert.match(zip_text(book, 'xl/worksheets/sheet1.xml'), /xSplit="1" ySplit="1"/); // head and number stay in sight
  // What is written is shown before, all of it; a book that may not be written says why.
  const filled = (cells) => zip(zip_all(book).map(([part, data]) => {
    if (part !== 'xl/worksheets/sheet1.xml') return { name: part, data };
    let text = data.toString('utf8');
    const row = text.match(new RegExp(`<c r="A(\\d+)"[^>]*><is><t>${task.no}<`))[1];
    for (const [column, value] of Object.entries(cells)) text = text.replace(new RegExp(`<c r="${column}${row}"( s="\\d+")?/>`), (_, style) => `<c r="${column}${row}"${style || ''} t="inlineStr"><is><t>${value}</t></is></c>`);
    return { name: part, data: text };
  }));
  assert.match(await page.textContent('main'), /没有要写入的内容/);
  await send('填报.xlsx', filled({ H: '100', I: '已对账', J: '尾款未到', K: '收尾', L: '1000.50', M: '2' }));
  assert.match(await page.textContent('main'), /将写入 1/);
  assert.match(await page.textContent('main'), /存在问题\s*尾款未到\s*挽回损失（元）\s*1000.50\s*建章立制（项）\s*2/);
  await send('填报.xlsx', filled({ H: '150' }));
  assert.match(await page.textContent('main'), /全部未写入/);
  await send('填报.zip', zip([{ name: 'tasks.xlsx', data: book, store: true }, { name: `${task.no} 纪要.txt`, data: '会议纪要\n' }]));
  assert.match(await page.textContent('main'), new RegExp(`纪要\\.txt[\\s\\S]*${task.no}`));
  await press_and_go(page, 'form[action="/tasks/sheet/apply"] .btn-primary');
  assert.equal(path_of(page), '/tasks');
  await page.goto(`${address}/tasks/${task.id}`);
  assert.match(await page.textContent('main'), /纪要/);
  await send('坏.zip', Buffer.from('PK nothing'));
  assert.match(await page.textContent('main'), /这不是本程序发出的任务填报表/);
});

test('the language changes and changes back on the same page', async () => {
  await page.goto(`${address}/findings?phase=immediate`);
  await press_and_go(page, '.top-actions button[name="lang"] >> nth=0');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.equal(await heading(), 'Register of findings');
  assert.match(page.url(), /phase=immediate/);
  await press_and_go(page, '.top-actions button[name="lang"] >> nth=0');
  assert.equal(await heading(), '问题清单');
});

test('the dark theme is kept from page to page', async () => {
  const light = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((one) => Number(one) > 128));
  assert.equal(await light(), true);
  await page.click('.top-actions details.menu >> nth=0');
  await press_and_go(page, 'button[value="dark"]');
  assert.equal(await light(), false);
  await page.goto(`${address}/units`);
  assert.equal(await light(), false);
});

test('the audit administrator reads what happened', async () => {
  const { page: audit } = await open_context({});
  await sign_in(audit, 'baojingwen', passwords.baojingwen);
  await audit.goto(`${address}/events`);
  const text = await audit.textContent('main');
  assert.match(text, /向明/);
  assert.match(text, /板块整合|调整隶属/);
  assert.match(await audit.textContent('tbody td[data-label="对象"]:has-text("岫川安屏")'), /\d+ 岫川安屏网络安全有限公司/); // the unit that was moved
  await press_and_go(audit, 'tbody a[href^="/events/"] >> nth=0');
  assert.match(path_of(audit), /^\/events\/\d+$/);
  const answer = await audit.goto(`${address}/findings/new`);
  assert.equal(answer.status(), 403);
  await audit.context().close();
});

test('the security administrator sees the accounts', async () => {
  const { page: security } = await open_context({});
  await sign_in(security, 'yizhuochen', passwords.yizhuochen);
  await security.goto(`${address}/accounts`);
  assert.match(await security.textContent('tbody'), /乔昀峰/);
  await press_and_go(security, 'tbody a:has-text("麦晓棠")');
  assert.match(await security.textContent('main'), /审核人/);
  await security.context().close();
});

test('the system administrator gives an account to its person', async () => {
  const { page: system } = await open_context({});
  await sign_in(system, 'zongweizhen', passwords.zongweizhen);
  assert.match(await system.textContent('main'), /对应到人员/);
  await system.goto(`${address}/accounts?q=xiangming`);
  await press_and_go(system, 'tbody a:has-text("向明")');
  const person = await system.locator('#person option:not([value=""])').first();
  const name = (await person.textContent()).trim().split(/\s/)[0];
  await system.selectOption('#person_id', await person.getAttribute('value'));
  await press_and_go(system, '#person button');
  assert.match(await system.textContent('.page-head .about'), new RegExp(name));
  await system.context().close();
});

test('signing out ends it', async () => {
  await page.goto(`${address}/findings`);
  await page.click('.top-actions details.menu summary >> nth=-1');
  await press_and_go(page, 'form[action="/logout"] button');
  assert.equal(path_of(page), '/login');
  await page.goBack();
  await page.goto(`${address}/findings`);
  assert.equal(path_of(page), '/login');
  page = plain.page;
});

test('without script: sign in and read a document', async () => {
  await sign_in(page, 'xiangming', new_password);
  assert.equal(await heading(), '我的工作');
  await page.goto(`${address}/sources/import`);
  const text = [
    '省委第一巡视组关于巡视某某集团有限公司党委的反馈意见',
    '根据统一部署，2026年3月1日至4月30日，省委第一巡视组对某某集团有限公司党委开展了巡视。2026年6月1日，巡视组反馈了意见。',
    '一、巡视发现的主要问题',
    '(一)关于采购管理方面',
    '1.采购评审走过场问题。2025年以来有3个项目评审流于形式。',
    '2.验收单据不全问题。抽查12份验收单，缺签字4份。',
  ].join('\n');
  await page.setInputFiles('#file', { name: '专项检查.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await enter_and_go(page, '[data-drop] .btn-primary');
  assert.match(path_of(page), /^\/drafts\/\d+$/);
  assert.equal((await tallies())['问题'], 2);
});

test('without script: a part is edited by its form and all is confirmed', async () => {
  await enter_and_go(page, 'a.draft-node.kind-finding >> nth=0');
  await page.fill('#node-title', '采购评审流于形式');
  await enter_and_go(page, '#inspector button[value="edit"]');
  assert.match(await page.textContent('#register'), /采购评审流于形式/);
  await enter_and_go(page, 'form[data-confirm-draft] button');
  assert.match(path_of(page), /^\/sources\/\d+$/);
});

test('without script: findings alike are a page of their own', async () => {
  await enter_and_go(page, '.page-head a.btn-primary');
  await enter_and_go(page, 'tbody a:has-text("采购评审流于形式")');
  await enter_and_go(page, 'a[href$="/similar"]');
  assert.equal(await heading(), '相似问题');
  await enter_and_go(page, '.page-head .btn');
  assert.equal(await heading(), '采购评审流于形式');
});

test('without script: a finding is edited, and search finds it', async () => {
  await enter_and_go(page, '.page-head a.btn[href$="/edit"]');
  await page.fill('#title', '采购评审流于形式、把关不严');
  await enter_and_go(page, '.form-actions .btn-primary');
  assert.equal(await heading(), '采购评审流于形式、把关不严');
  await page.fill('#top-search', '評審');
  await Promise.all([page.waitForNavigation(), page.press('#top-search', 'Enter')]);
  assert.match(await page.textContent('.hits'), /采购评审流于形式、把关不严/);
});

test('the program told of no fault and stops when asked', async () => {
  assert.deepEqual([...office.faults, ...plain.faults], []);
  await browser.close();
  assert.deepEqual(await product.stop(), { code: 0, signal: null });
  assert.deepEqual(product.log.filter((line) => /\berror\b/i.test(line)), []);
});

await run_all(async (number) => {
  if (page.isClosed()) return [];
  if (process.env.BIHUAN_SHOTS) await page.screenshot({ path: join(process.env.BIHUAN_SHOTS, `flow-${engine}-${number}.png`) });
  return [`at ${page.url()}`];
});
