// The confirm screen by keyboard: where the cursor is after each act, what is like a draft's findings, the text as it was
// printed, and the question before paragraphs are left unplaced.  On the real program with the demonstration group; TAP.
//
//   node tests/e2e/confirm.mjs PROGRAM
import assert from 'node:assert/strict';
import { axe_lines, launch, overflow_lines, sign_in, sizes } from './browser.mjs';
import { start_product } from './server.mjs';
import { run_all, test } from './tap.mjs';

const product = await start_product({ program: process.argv[2], engine: 'sqlite' });
const { address, passwords } = product;
const browser = await launch();
const open = async (options) => {
  const context = await browser.newContext({ viewport: sizes.wide, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  await sign_in(page, address, 'qiaoyunfeng', passwords.qiaoyunfeng);
  return page;
};
const text = [
  '省委第一巡視組關(guān)于巡視某某集團有限公司黨委的反饋意見',
  '根據(jù)統(tǒng)一部署，2026年3月1日至4月30日，省委第一巡視組對某某集團有限公司黨委開展了巡視。2026年6月1日，巡視組反饋了意見。',
  '一、巡視發(fā)現(xiàn)的主要問題',
  '(一)關(guān)于資產(chǎn)管理方面',
  '1.產(chǎn)權(quán)登記不及時問題。部分企業(yè)未辦理登記。抽查發(fā)現(xiàn)3戶逾期。',
  '2.驗收單據(jù)不全問題。抽查12份驗收單，缺簽字4份。逾期未補。',
  '3.參股企業(yè)管控薄弱問題。部分參股企業(yè)長期不分紅。',
  '(二)關(guān)于選人用人方面',
  '1.干部交流不夠問題。部分崗位任職超過八年。',
  '2.試用期考核走過場問題。考核材料照抄照搬。',
  '※◆■□●○★☆※◆■□●○★☆※◆■□●○★☆',
  '☆★○●□■◆※☆★○●□■◆※☆★○●□■◆※',
].join('\n');

async function bring(page) {
  await page.goto(`${address}/sources/import`);
  await page.setInputFiles('#file', { name: '反馈意见.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await Promise.all([page.waitForURL('**/drafts/*'), page.locator('[data-drop] .btn-primary').press('Enter')]);
}
const page = await open({});
const faults = [];
page.on('pageerror', (problem) => faults.push(`script: ${problem.message}`));
page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) faults.push(message.text()); });

const current = () => page.evaluate(() => document.querySelector('#draft .is-current')?.id);
const has_inspector = (id) => page.waitForSelector(`#inspector [data-selected="${id}"]`);
const rows = () => page.$$eval('a.draft-node', (all) => all.map((one) => one.id));
const id_of = (title) => page.getAttribute(`a.draft-node:has-text("${title}")`, 'id');
async function choose(id) {
  await page.click(`a.draft-node[id="${id}"] .kind`);
  await has_inspector(id);
}
async function operate(act) {
  const revision = () => document.querySelector('form[data-confirm-draft] [name=revision]').value;
  const before = await page.evaluate(revision);
  await act();
  await page.waitForFunction((old) => document.querySelector('form[data-confirm-draft] [name=revision]').value !== old, before);
  await page.waitForFunction(() => !document.querySelector('.htmx-settling, .htmx-swapping, .htmx-request'));
}
// The arrows go on from the row that is marked, and the inspector shows it.
async function goes_on_from(id) {
  await page.waitForFunction((wanted) => document.querySelector('#draft .is-current')?.id === wanted, id);
  await has_inspector(id);
  const all = await rows();
  const next = all[Math.min(all.indexOf(id) + 1, all.length - 1)];
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((wanted) => document.querySelector('#draft .is-current')?.id === wanted, next);
}
async function drop() {
  await page.keyboard.press('d');
  await page.waitForFunction(() => document.activeElement.id === 'drop-reason');
  await page.keyboard.insertText('与整改无关');
  await operate(() => page.keyboard.press('Enter'));
}

test('after a drop the cursor is on the next row, and after undo on what came back', async () => {
  await bring(page);
  const finding = await id_of('验收单据不全');
  const following = await id_of('参股企业管控薄弱');
  await choose(finding);
  await drop();
  assert.equal(await page.locator(`a.draft-node[id="${finding}"]`).count(), 0);
  await goes_on_from(following);
  await operate(() => page.keyboard.press('u'));
  await goes_on_from(finding);
});

test('after a drop of the last row the cursor is on the one before', async () => {
  const all = await rows();
  await choose(all.at(-1));
  await drop();
  await goes_on_from(all.at(-2));
  await operate(() => page.keyboard.press('u'));
});

test('after a merge the cursor is on the row that took the other in', async () => {
  const into = await id_of('产权登记不及时');
  await choose(await id_of('验收单据不全'));
  await operate(() => page.keyboard.press('m'));
  await goes_on_from(into);
  await operate(() => page.keyboard.press('u'));
  await goes_on_from(await id_of('验收单据不全'));
});

test('after a move the cursor is on the row that was moved, and undo comes back to it from elsewhere', async () => {
  const finding = await id_of('验收单据不全');
  await choose(finding);
  await page.keyboard.press('v');
  await page.waitForFunction(() => document.activeElement.id === 'node-parent');
  await page.selectOption('#node-parent', { index: 2 });
  await operate(() => page.locator('#inspector button[value="move"]').press('Enter'));
  await goes_on_from(finding);
  await choose(await id_of('产权登记不及时'));
  await operate(() => page.keyboard.press('u'));
  await goes_on_from(finding);
});

test('after another kind the cursor is on the row that it became', async () => {
  await choose(await id_of('参股企业管控薄弱'));
  await page.keyboard.press('t');
  await page.waitForFunction(() => document.activeElement.id === 'node-role');
  await page.selectOption('#node-role', { label: '措施' });
  await operate(() => page.locator('#inspector button[value="retype"]').press('Enter'));
  assert.match(await page.textContent('a.draft-node.is-current'), /参股企业管控薄弱/);
  await operate(() => page.keyboard.press('u'));
  assert.match(await page.textContent('a.draft-node.is-current'), /参股企业管控薄弱/);
});

test('what is like a finding of the register stands in its row and at the top of what is chosen', async () => {
  const finding = await id_of('产权登记不及时');
  await page.waitForSelector(`a.draft-node[id="${finding}"] .similar-mark`);
  assert.match(await page.textContent(`a.draft-node[id="${finding}"] .facts-line`), /相似问题 1\s*LY-2026-003-\S+ 产权登记不及时问题 \d+ %/);
  await choose(finding);
  assert.equal(await page.$eval('#inspector .similar', (part) => part.getBoundingClientRect().bottom < window.innerHeight), true);
  await drop();
  await operate(() => page.keyboard.press('u'));
  assert.equal(await page.locator(`a.draft-node[id="${finding}"] .similar-mark`).count(), 1); // also after a swap
  const { draft } = await (await page.context().request.get(`${page.url().split('?')[0]}.json`)).json();
  const findings = draft.aspects.flatMap((aspect) => aspect.findings);
  assert.equal(findings.find((one) => one.id === finding).similar[0].title, '产权登记不及时问题');
  const list = await page.context().newPage();
  await list.setViewportSize(sizes.narrow);
  await list.goto(`${page.url().split('?')[0]}/similar`);
  assert.deepEqual([...await overflow_lines(list), ...await axe_lines(list)], []);
  await list.close();
  assert.deepEqual(findings.find((one) => /走过场/.test(one.title)).similar.filter((one) => one.percent > 80), []);
});

test('the text as it was printed is shown below what was read of it, also after an act', async () => {
  const printed = page.locator('#pane-left .printed').first();
  assert.equal(await printed.isVisible(), false);
  await page.check('#show-printed');
  assert.equal(await printed.isVisible(), true);
  assert.match(await page.textContent('#pane-left'), /產\(chǎn\)權\(quán\)登記不及時/);
  await choose(await id_of('干部交流不够'));
  await drop();
  assert.equal(await page.isChecked('#show-printed'), true);
  assert.equal(await printed.isVisible(), true);
  await operate(() => page.keyboard.press('u'));
});

test('after a paragraph is set aside the cursor is on the next one that is not placed', async () => {
  await page.keyboard.press('n');
  const first = await current();
  await has_inspector(first);
  await page.waitForFunction(() => document.activeElement.id === 'place-role');
  await page.keyboard.press('Escape');
  await drop();
  await page.waitForFunction((old) => document.querySelector('#draft .is-current.is-unplaced') && document.querySelector('#draft .is-current').id !== old, first);
  await has_inspector(await current());
  await operate(() => page.keyboard.press('u'));
  await page.waitForFunction((id) => document.querySelector('#draft .is-current.is-unplaced')?.id === id, first);
});

test('Ctrl+Enter asks before it registers without paragraphs that are not placed', async () => {
  let asked = '';
  page.once('dialog', (dialog) => { asked = dialog.message(); dialog.dismiss(); });
  await page.keyboard.press('Control+Enter');
  assert.match(asked, /还有 2 段没有归位/);
  assert.match(new URL(page.url()).pathname, /^\/drafts\/\d+$/);
  page.once('dialog', (dialog) => dialog.accept());
  await Promise.all([page.waitForURL('**/sources/*'), page.keyboard.press('Control+Enter')]);
  assert.match(await page.textContent('.figures'), /^\s*5\s*问题数/);
  assert.deepEqual(faults, []);
});

test('without script: the same question on the page, the same row after an act, what is alike on a page of its own', async () => {
  const plain = await open({ javaScriptEnabled: false });
  const go = (selector) => Promise.all([plain.waitForNavigation(), plain.locator(selector).press('Enter')]);
  await bring(plain);
  await go('.pane-head a[href$="/similar"]');
  assert.match(await plain.textContent('main'), /产权登记不及时问题[\s\S]*LY-2026-003/);
  await go('.page-head .btn');
  await go('a.draft-node:has-text("验收单据不全")');
  await go('#inspector button[value="merge"]');
  assert.match(await plain.textContent('a.draft-node[aria-current]'), /产权登记不及时/);
  await go('form[data-confirm-draft] button');
  assert.match(await plain.textContent('main'), /还有 2 段没有归位/);
  await go('form:has-text("不归位，直接入库") button');
  assert.match(new URL(plain.url()).pathname, /^\/sources\/\d+$/);
});

test('the program stops when asked', async () => {
  await browser.close();
  assert.deepEqual(await product.stop(), { code: 0, signal: null });
});

await run_all(async () => (page.isClosed() ? [] : [`at ${page.url()}`]));
