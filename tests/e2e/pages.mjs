// Habits of the pages in the browser, with the demonstration group: keyboard, drag, drafts, no script; and lists in states that
// routes.mjs does not come to.  TAP on standard output.
//
//   node tests/e2e/pages.mjs PROGRAM
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { axe_lines, change_password, launch, look, sign_in as sign_in_at, sizes } from './browser.mjs';
import { start_product } from './server.mjs';
import { run_all, test } from './tap.mjs';

const product = await start_product({ program: process.argv[2], engine: 'sqlite' });
const { address, passwords } = product;
const browser = await launch();

// A context that is signed in, with the first password changed.
async function sign_in(login, options = {}) {
  const context = await browser.newContext({ viewport: sizes.wide, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  const page = await context.newPage();
  await sign_in_at(page, address, login, passwords[login]);
  if (new URL(page.url()).pathname === '/password') {
    const fresh = `Xin-2026-${login.length}-mima-hao`;
    await change_password(page, passwords[login], fresh);
    passwords[login] = fresh;
  }
  assert.equal(new URL(page.url()).pathname, '/');
  await page.close();
  return context;
}

const office = await sign_in('qiaoyunfeng');
const office_plain = await sign_in('qiaoyunfeng', { javaScriptEnabled: false });
const ids = { findings: (await (await office.request.get(`${address}/findings.json`)).json()).findings[0].id };

// States that no link of the demonstration leads to; routes.mjs looks at all other pages.
test('lists and searches, empty and sorted, break no rule at 1440 and 390', async () => {
  const faults = [];
  for (const [size, viewport] of Object.entries(sizes))
    for (const path of ['/findings?sort=amount&status=registered', '/findings?q=%E4%B8%8D%E5%AD%98%E5%9C%A8%E7%9A%84%E8%AF%8D', '/search?q=%E9%87%87%E8%B4%AD'])
      for (const line of await look(office, address + path, null, viewport)) faults.push(`${path} ${size}: ${line}`);
  assert.deepEqual(faults.filter((line) => !/: (minor|moderate) /.test(line)), []);
});

// What was refused is told at the top and beside each field, and a reader of the screen hears it with the field.
test('a refused form breaks no rule at 1440 and 390, and its fields name what is wrong with them', async () => {
  const page = await office.newPage();
  for (const viewport of Object.values(sizes)) {
    await page.setViewportSize(viewport);
    for (const [path, refused] of [['/findings/new', ['title', 'source_id']], ['/units/new', ['name', 'code']], ['/posts/new', ['unit_id', 'title']]]) {
      await page.goto(address + path);
      await Promise.all([page.waitForNavigation(), page.evaluate(() => document.querySelector('.page form').submit())]);
      assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('[aria-invalid]')].map((field) => field.id)), refused);
      assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('[aria-describedby]')].flatMap((field) => field.getAttribute('aria-describedby').split(' ')).filter((id) => !document.getElementById(id))), []);
      assert.deepEqual((await axe_lines(page)).filter((line) => !/^(minor|moderate) /.test(line)), []);
    }
  }
  await page.close();
});

async function open(path, context = office) {
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  await page.goto(address + path);
  return page;
}

// As it goes over the wire: status, headers and bytes as they came.
async function ask(path, headers) {
  const cookie = (await office.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  return new Promise((done, fail) => get(address + path, { headers: { cookie, accept: 'text/html', ...headers } }, async (answer) => {
    const parts = [];
    for await (const part of answer) parts.push(part);
    done({ status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(parts) });
  }).on('error', fail));
}

test('a page goes out packed for who takes it, and not again while nothing has changed', async () => {
  const path = `/findings/${ids.findings}`, plain = await ask(path, {}), packed = await ask(path, { 'accept-encoding': 'gzip' });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.match(packed.headers.vary, /Accept-Encoding/);
  assert.ok(packed.bytes.length * 2 < plain.bytes.length);
  const bare = (bytes) => bytes.toString().replace(/name="csrf" value="[^"]*"/g, '');
  assert.equal(bare(gunzipSync(packed.bytes)), bare(plain.bytes));
  for (const { headers } of [plain, packed]) {
    const again = await ask(path, { 'accept-encoding': 'gzip', 'if-none-match': headers.etag });
    assert.equal(again.status, 304);
    assert.equal(again.bytes.length, 0);
  }
});

test('slash goes to the search field', async () => {
  const page = await open('/findings');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'top-search');
  await page.close();
});

test('a list is walked and selected by keyboard, and Enter opens the row', async () => {
  const page = await open('/findings');
  assert.equal(await page.isVisible('[data-bulk-bar]'), false);
  for (const key of ['j', 'j', 'x', 'ArrowDown', 'x']) await page.keyboard.press(key);
  assert.equal(await page.textContent('[data-bulk-count]'), '2');
  assert.equal(await page.isVisible('[data-bulk-bar]'), true);
  await Promise.all([page.waitForURL(/\/findings\/\d+$/), page.keyboard.press('Enter')]);
  await page.close();
});

test('a person is found in a long list by pinyin and by initials', async () => {
  const page = await open(`/findings/${ids.findings}/charge`);
  const field = page.locator('.field:has(#lead_leader_id) input.pick'), chosen = page.locator('#lead_leader_id option:checked');
  const all = await page.locator('#lead_leader_id option').count();
  await field.fill('hangjiyue');
  assert.match(await chosen.textContent(), /\u676d\u9701\u6708/);
  assert.ok((await page.locator('#lead_leader_id option').count()) <= 3); // nobody, who leads already, who was found
  await field.fill('');
  assert.equal(await page.locator('#lead_leader_id option').count(), all);
  await field.fill('qyf');
  assert.match(await chosen.textContent(), /\u4e54\u6600\u5cf0/);
  await page.close();
  const plain = await open(`/findings/${ids.findings}/charge`, office_plain);
  assert.equal(await plain.locator('input.pick').count(), 0);
  assert.equal(await plain.locator('#lead_leader_id option').count(), all);
  await plain.close();
});

test('bulk actions are offered without script', async () => {
  const page = await open('/findings', office_plain);
  assert.equal(await page.isVisible('[data-bulk-bar] button.btn-primary'), true);
  await page.close();
});

test('a file dropped on the zone is sent and read', async () => {
  const page = await open('/sources/import');
  const files = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['关于甲单位整改进展情况的通报\n一、问题整改情况\n1.关于采购不规范问题的整改。已修订《采购办法》。\n'], '通报.txt', { type: 'text/plain' }));
    return data;
  });
  await Promise.all([page.waitForURL(/\/drafts\/\d+/), page.dispatchEvent('[data-drop]', 'drop', { dataTransfer: files })]);
  assert.match(await page.textContent('#register'), /采购不规范/);
  ids.draft = /\d+/.exec(new URL(page.url()).pathname)[0];
  await page.close();
});

test('an upload whose session has ended says so before the file is sent', async () => {
  const context = await sign_in('qiaoyunfeng');
  const page = await open('/sources/import', context);
  await context.clearCookies();
  await page.setInputFiles('#file', { name: '很大.txt', mimeType: 'text/plain', buffer: Buffer.alloc(1 << 20, '整') });
  const answer = page.waitForResponse((one) => one.request().method() === 'POST', { timeout: 60_000 });
  await page.click('[data-drop] .btn-primary');
  assert.equal((await answer).status(), 401);
  await page.waitForFunction(() => /登录已过期/.test(document.querySelector('[data-upload-state]').textContent));
  assert.equal(await page.isDisabled('[data-drop] .btn-primary'), false);
  await context.close();
});

test('draft: an act that does not arrive says so', async () => {
  const page = await open(`/drafts/${ids.draft}`);
  await page.locator('a.kind-finding').first().click();
  await page.waitForSelector('#inspector [data-selected]');
  await page.route('**/drafts/*/ops', (route) => route.abort());
  await page.fill('#node-title', '改过的标题');
  await page.click('#inspector button[value="edit"]');
  await page.waitForSelector('#trouble', { state: 'visible' });
  await page.close();
});

test('draft: ? shows the keys and Escape closes them', async () => {
  const page = await open(`/drafts/${ids.draft}`);
  await page.keyboard.press('?');
  assert.equal(await page.isVisible('#keys'), true);
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('#keys'), false);
  await page.close();
});

test('what was typed survives a reload', async () => {
  const page = await open('/findings/new');
  const field = page.locator('.page form textarea').first();
  await field.fill('写到一半的内容');
  await page.reload();
  assert.equal(await page.locator('.page form textarea').first().inputValue(), '写到一半的内容');
  await page.close();
});

// The draft was begun on an older version: putting it back must not hide what somebody else has saved since.
test('a kept draft tells what was changed meanwhile, keeps its words and is saved on top', async () => {
  const { findings } = await (await office.request.get(`${address}/findings.json?status=doing`)).json(); // nothing of a closed cycle may change
  const path = `/findings/${findings[0].id}`;
  const page = await open(`${path}/edit`);
  await page.fill('#responsible', '第二人的责任人');
  const other = await sign_in('gechen'), first = await open(`${path}/edit`, other);
  await first.fill('#responsible', '第一人的责任人');
  await first.fill('#due_stated', '年底前');
  await Promise.all([first.waitForNavigation(), first.click('.form-actions .btn-primary')]);
  await page.reload();
  assert.equal(await page.inputValue('#responsible'), '第二人的责任人');
  await Promise.all([page.waitForNavigation(), page.click('.form-actions .btn-primary')]);
  const told = await page.locator('#rivals').innerText();
  for (const part of ['第一人的责任人', '年底前', '葛琛']) assert.ok(told.includes(part), `${part} in ${told}`);
  assert.equal(await page.inputValue('#responsible'), '第二人的责任人');
  assert.equal(await page.inputValue('#due_stated'), '年底前');
  await Promise.all([page.waitForNavigation(), page.click('.form-actions .btn-primary')]);
  const { finding } = await (await office.request.get(`${address}${path}.json`)).json();
  assert.deepEqual([finding.responsible, finding.due_stated], ['第二人的责任人', '年底前']);
  await page.goto(`${address}${path}/edit`);
  await Promise.all([page.waitForNavigation(), page.click('.form-actions .btn-primary')]);
  assert.equal(await page.locator('#rivals').count(), 0);
  await other.close();
  await page.close();
});

// How many reminders come by themselves hangs on the day of the week; what is urged comes on any.
test('the inbox shows twenty at a time, by what they say, and a title takes two lines at most', async () => {
  const reporter = await sign_in('hangjiyue');
  let urged = 0;
  for (const [noun, list] of [['finding', 'findings'], ['task', 'tasks']])
    for (const { id } of (await (await reporter.request.get(`${address}/${list}.json`)).json())[list])
      try {
        execFileSync(process.argv[2], ['run', `${noun}.urge`, JSON.stringify({ id }), '--as', 'qiaoyunfeng', ...product.where], { stdio: 'pipe' });
        urged++;
      } catch (refused) {
        assert.match(String(refused.stderr), /^bihuan: /); // it is done, or was urged a short while ago
      }
  assert.ok(urged > 20, String(urged));
  const page = await reporter.newPage();
  await page.goto(`${address}/inbox`);
  await page.setViewportSize(sizes.narrow);
  const rules = () => page.$$eval('.inbox-line .status', (all) => all.map((one) => one.textContent.trim()));
  assert.equal((await rules()).length, 20);
  const lines = await page.$$eval('.inbox-line a.two-lines', (all) => all.map((one) => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)));
  assert.ok(Math.max(...lines) < 2.3, String(lines));
  await Promise.all([page.waitForNavigation(), page.click('.tabs a:has-text("逾期与催办")')]);
  assert.deepEqual([...new Set(await rules())].filter((one) => !['已逾期', '催办'].includes(one)), []);
  await page.click('.inbox-line details.menu summary >> nth=0');
  await Promise.all([page.waitForNavigation(), page.click('.inbox-line .menu-list button >> nth=0')]);
  assert.match(page.url(), /show=overdue/);
  assert.match(await page.textContent('main'), /静音至 \d{4}/);
  await reporter.close();
});

test('an untouched export changes nothing when it is imported, as workbook and as text, in both languages', async () => {
  const page = await open('/findings');
  for (const lang of ['zh', 'en'])
    for (const kind of [0, 1]) {
      await page.context().addCookies([{ name: 'lang', value: lang, url: address }]);
      await page.goto(`${address}/findings`);
      await page.click('.page-head details.menu summary');
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(`.page-head .menu-list a >> nth=${kind}`)]);
      const buffer = readFileSync(await download.path());
      await page.goto(`${address}/findings/import`);
      await page.setInputFiles('#file', { name: download.suggestedFilename(), mimeType: 'application/octet-stream', buffer });
      await Promise.all([page.waitForNavigation(), page.click('[data-drop] .btn-primary')]);
      await page.click('form[action$="/preview"] .btn-primary');
      await page.waitForSelector('form[action$="/apply"]');
      const counts = await page.$$eval('.figures .value', (all) => all.map((one) => Number(one.textContent)));
      assert.deepEqual(counts, [0, 0, 95, 0, 0], `${lang} ${download.suggestedFilename()}`);
    }
  await page.context().addCookies([{ name: 'lang', value: 'zh', url: address }]);
  await page.close();
});

test('a table of units shows its faults and its preview in the browser, and its links open the findings of a unit', async () => {
  const page = await open('/units/import');
  const send = async (row) => {
    await page.setInputFiles('#file', { name: '单位.csv', mimeType: 'text/csv', buffer: Buffer.from(`单位代码,上级单位代码,单位名称\n${row}\n`) });
    await Promise.all([page.waitForNavigation(), page.click('[data-drop] .btn-primary')]);
    return page.textContent('#preview');
  };
  assert.match(await send('XIN-1,MEIYOU,新设公司'), /都没有代码“MEIYOU”的单位/);
  assert.equal(await page.locator('#preview form').count(), 0);
  assert.match(await send('XIN-1,XC,新设公司'), /新设公司/);
  assert.equal(await page.locator('#preview form[action$="/apply"]').count(), 1);
  await page.goto(`${address}/units`);
  for (const link of await page.$$eval('.unit-tree a[href^="/findings"], .figures a', (all) => all.slice(0, 3).map((one) => one.href)))
    assert.equal((await office.request.get(link)).status(), 200, link);
  await page.goto(`${address}/units/1`);
  for (const link of await page.$$eval('main a[href^="/findings"]', (all) => all.map((one) => one.href)))
    assert.equal((await office.request.get(link)).status(), 200, link);
  await page.close();
});

test('the menus open by keyboard and close with Escape', async () => {
  const page = await open('/about');
  const menu = page.locator('details.menu').last();
  await menu.locator('summary').focus();
  await page.keyboard.press('Enter');
  assert.equal(await menu.evaluate((one) => one.open), true);
  await page.keyboard.press('Escape');
  assert.equal(await menu.evaluate((one) => one.open), false);
  await page.close();
});

// The story leaves two closings half-way: the leading department's first look, and what waits for the leader in charge.
test('a review waits on the home page of who must sign it, and signing hands it on', async () => {
  const signer = await sign_in('shangwanying'), leader = await sign_in('gukunyue');
  const waiting = async (page) => {
    await page.goto(`${address}/reviews`);
    return page.locator('table tbody tr th a').allInnerTexts();
  };
  const leads = await leader.newPage();
  const before = await waiting(leads);
  assert.equal(before.length, 1);
  await leads.goto(address);
  assert.equal(await leads.locator('#main .rows a', { hasText: before[0] }).count(), 1);
  const page = await signer.newPage();
  const [mine, ...others] = await waiting(page);
  assert.ok(mine && !others.length);
  await page.goto(address);
  await Promise.all([page.waitForURL(/\/reviews\/\d+$/), page.locator('#main .rows a', { hasText: mine }).click()]);
  const review = page.url();
  await page.fill('#decide textarea', '材料与措施对应，同意。');
  await Promise.all([page.waitForNavigation(), page.click('button[accesskey="a"]')]);
  await page.goto(review);
  assert.match(await page.locator('#steps li[aria-current="step"]').innerText(), /分管领导审核/);
  assert.equal(await page.locator('#decide').count(), 0);
  assert.deepEqual(await waiting(page), []);
  assert.deepEqual((await waiting(leads)).sort(), [before[0], mine].sort());
  await signer.close();
  await leader.close();
});

test('on a phone all places of the navigation can be reached without script', async () => {
  const page = await open('/about', office_plain);
  await page.setViewportSize(sizes.narrow);
  await page.click('.nav .more a');
  assert.equal(await page.isVisible('.nav a[href="/help"]'), true);
  await page.click('.nav .less a');
  assert.equal(await page.isVisible('.nav a[href="/help"]'), false);
  await page.close();
});

test('each place of the navigation has its picture in the sprite', async () => {
  const page = await open('/about');
  const uses = await page.locator('.nav use').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  const sprite = await (await office.request.get(address + uses[0].split('#')[0])).text();
  assert.deepEqual(uses.filter((one) => !sprite.includes(`id="${one.split('#')[1]}"`)), []);
  await page.close();
});

test('nothing is cut off the wall screen', async () => {
  const page = await open('/board/wall');
  await page.setViewportSize({ width: 1920, height: 1080 });
  const cut = await page.locator('.wall-panel tr, .wall-panel li, .wall-figure').evaluateAll((all) => all.filter((one) => {
    const panel = one.closest('.wall-panel, .wall-figure').getBoundingClientRect();
    return one.getBoundingClientRect().bottom > panel.bottom || panel.bottom > innerHeight;
  }).map((one) => one.innerText));
  assert.deepEqual(cut, []);
  await page.close();
});

test('the head of the timetable stays, and each sheet of its PDF has one', async () => {
  const page = await open('/gantt');
  await page.locator('.gantt-scroll').evaluate((frame) => frame.scrollTo(0, 300));
  const [frame, head, name] = await Promise.all(['.gantt-scroll', '.gantt-head', '.gantt-names li'].map((selector) => page.locator(selector).first().boundingBox()));
  assert.ok(Math.abs(frame.y - head.y) <= 1 && head.height === 40);
  assert.ok(name.y < frame.y); // the rows went away below it
  const link = await page.locator('.page-head a', { hasText: 'PDF' }).getAttribute('href');
  const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: await (await office.request.get(address + link)).body(), encoding: 'utf8' });
  const sheets = text.split('\f').filter((sheet) => sheet.trim());
  assert.ok(sheets.length > 1);
  for (const [i, sheet] of sheets.entries()) {
    assert.match(sheet, new RegExp(`LY-2026-003.*\u5173\u952e\u8def\u5f84.* ${i + 1} ?/ ?${sheets.length}`)); // the source, the key, the number
    assert.match(sheet, /2026 +2027/);
  }
  await page.close();
});

await run_all();
await browser.close();
await product.stop();
