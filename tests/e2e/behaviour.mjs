// What the pages do in the browser, with and without script.  TAP on standard output.
//
//   node tests/e2e/behaviour.mjs [--static DIR]
import assert from 'node:assert/strict';
import { launch, sizes } from './browser.mjs';
import { start, web_dir } from './preview_server.mjs';

const at = process.argv.indexOf('--static');
const { address, posts, close } = await start({ static_dir: at < 0 ? `${web_dir}/static-build` : process.argv[at + 1] });
const browser = await launch();
const context = await browser.newContext({ viewport: sizes.wide, locale: 'zh-CN' });
const cases = [];
const test = (name, run, options = {}) => cases.push({ name, run, ...options });
const last_post = (page) => page.waitForTimeout(200).then(() => {
  const post = posts[posts.length - 1];
  return { ...post, fields: Object.fromEntries(new URLSearchParams(post?.body)) };
});
const current = (page) => page.evaluate(() => document.querySelector('.is-current')?.id);

test('slash goes to the search field', async (page) => {
  await page.goto(`${address}/finding_list`);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'top-search');
});

test('a list is walked and selected by keyboard, and the bulk bar opens', async (page) => {
  await page.goto(`${address}/finding_list`);
  assert.equal(await page.isVisible('[data-bulk-bar]'), false);
  for (const key of ['j', 'j', 'x', 'ArrowDown', 'x']) await page.keyboard.press(key);
  assert.equal(await page.textContent('[data-bulk-count]'), '2');
  assert.equal(await page.isVisible('[data-bulk-bar]'), true);
  assert.deepEqual(await page.$$eval('tbody input:checked', (boxes) => boxes.map((box) => box.value)), ['2', '3']);
  await page.click('[data-select-all]');
  assert.equal(await page.textContent('[data-bulk-count]'), '10');
});

test('Enter opens the current row', async (page) => {
  await page.goto(`${address}/finding_list`);
  await page.keyboard.press('j');
  await Promise.all([page.waitForRequest('**/findings/1'), page.keyboard.press('Enter')]);
});

test('bulk actions are offered without script', async (page) => {
  await page.goto(`${address}/finding_list`);
  await page.check('tbody input[value="3"]');
  await page.fill('#bulk-value', 'x');
  await page.click('[data-bulk-bar] button.btn-primary');
  const post = await last_post(page);
  assert.equal(post.path, '/findings/bulk');
  assert.equal(post.fields.finding, '3');
}, { is_without_script: true });

test('draft: arrows walk the register, the place in the document is marked', async (page) => {
  await page.goto(`${address}/draft`);
  assert.equal(await current(page), 'n2');
  await page.keyboard.press('ArrowDown');
  assert.equal(await current(page), 'n3');
  assert.match(await page.textContent('.piece.is-linked'), /开展专题学习/);
  await page.waitForSelector('#inspector [data-selected="n3"]');
});

test('draft: hover links the document to the register', async (page) => {
  await page.goto(`${address}/draft`);
  await page.hover('.piece[data-node="n5"]');
  assert.equal(await page.evaluate(() => document.querySelector('a.draft-node.is-linked').id), 'n5');
});

test('draft: m merges the current part, u undoes, r is refused while there is nothing to redo', async (page) => {
  await page.goto(`${address}/draft`);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('m');
  await page.waitForTimeout(300);
  let post = await last_post(page);
  assert.equal(post.path, '/drafts/7/ops');
  assert.deepEqual([post.fields.op, post.fields.node, post.fields.revision, post.is_fragment], ['merge', 'n3', '12', true]);
  await page.keyboard.press('u');
  post = await last_post(page);
  assert.equal(post.fields.op, 'undo');
  const before = posts.length;
  await page.keyboard.press('r');
  await page.waitForTimeout(150);
  assert.equal(posts.length, before);
});

test('draft: t and s reach their choices, Escape comes back, Enter edits', async (page) => {
  await page.goto(`${address}/draft`);
  const focus = () => page.evaluate(() => document.activeElement.id);
  await page.keyboard.press('t');
  assert.equal(await focus(), 'node-role');
  await page.keyboard.press('Escape');
  assert.equal(await focus(), 'n2');
  await page.keyboard.press('s');
  assert.equal(await focus(), 'node-at');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  assert.equal(await focus(), 'node-title');
  await page.keyboard.press('Escape');
  await page.keyboard.press('d');
  assert.equal(await focus(), 'drop-reason');
});

test('draft: n goes to what is unplaced and offers to place it', async (page) => {
  await page.goto(`${address}/draft`);
  await page.keyboard.press('n');
  await page.waitForSelector('#inspector [data-selected="p7"]');
  await page.waitForFunction(() => document.activeElement.id === 'place-role');
  await page.click('#inspector button[value="place"]');
  const post = await last_post(page);
  assert.deepEqual([post.fields.op, post.fields.paragraph], ['place', '7']);
});

test('draft: dropping asks for a reason', async (page) => {
  await page.goto(`${address}/draft`);
  const before = posts.length;
  await page.click('#inspector button[value="drop"]');
  await page.waitForTimeout(150);
  assert.equal(posts.length, before);
  await page.fill('#drop-reason', '重复内容');
  await page.click('#inspector button[value="drop"]');
  const post = await last_post(page);
  assert.deepEqual([post.fields.op, post.fields.reason], ['drop', '重复内容']);
});

test('draft: Ctrl+Enter confirms, ? shows the keys', async (page) => {
  await page.goto(`${address}/draft`);
  await page.keyboard.press('?');
  assert.equal(await page.isVisible('#keys'), true);
  await page.keyboard.press('Escape');
  await Promise.all([page.waitForURL('**/about'), page.keyboard.press('Control+Enter')]);
  assert.equal((await last_post(page)).path, '/drafts/7/confirm');
});

test('draft: the acts are plain forms without script', async (page) => {
  await page.goto(`${address}/draft`);
  await page.click('a.draft-node#n5');
  assert.match(page.url(), /node=n5#inspector$/);
  await page.locator('#inspector button[value="merge"]').press('Enter');
  const post = await last_post(page);
  assert.deepEqual([post.fields.op, post.fields.node, post.is_fragment], ['merge', 'n2', false]);
}, { is_without_script: true });

test('draft: an act that does not arrive says so', async (page) => {
  await page.goto(`${address}/draft`);
  await page.route('**/drafts/7/ops', (route) => route.abort());
  await page.keyboard.press('u');
  await page.waitForSelector('#trouble', { state: 'visible' });
});

test('an upload is sent with its file and ends on the next page', async (page) => {
  await page.goto(`${address}/source_import`);
  await page.setInputFiles('#file', { name: '反馈意见.txt', mimeType: 'text/plain', buffer: Buffer.from('一、问题') });
  await Promise.all([page.waitForURL('**/about'), page.click('[data-drop] button')]);
  const post = await last_post(page);
  assert.equal(post.path, '/sources/import');
  assert.match(post.body, /filename="反馈意见\.txt"[\s\S]*一、问题/);
});

test('a file dropped on the zone is sent', async (page) => {
  await page.goto(`${address}/source_import`);
  const files = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['二、问题'], '通报.txt', { type: 'text/plain' }));
    return data;
  });
  await Promise.all([page.waitForURL('**/about'), page.dispatchEvent('[data-drop]', 'drop', { dataTransfer: files })]);
  assert.match((await last_post(page)).body, /二、问题/);
});

test('a unit dragged onto another asks for date and reason', async (page) => {
  await page.goto(`${address}/unit_tree`);
  await page.dragAndDrop('[data-unit="4"] .meta', '[data-unit="9"] .meta');
  assert.equal(await page.isVisible('#move-dialog'), true);
  await page.fill('#move-reason', '机构调整');
  await page.click('#move-dialog .btn-primary');
  const { fields, path } = await last_post(page);
  assert.deepEqual([path, fields.parent_id, fields.reason], ['/units/4/edit/move', '9', '机构调整']);
});

test('a unit cannot be dragged below itself', async (page) => {
  await page.goto(`${address}/unit_tree`);
  await page.dragAndDrop('[data-unit="5"] .meta', '[data-unit="7"] .meta');
  assert.equal(await page.isVisible('#move-dialog'), false);
});

test('what was typed survives a reload and goes once it is saved', async (page) => {
  await page.goto(`${address}/finding_form`);
  await page.fill('#body', '写到一半的内容');
  await page.reload();
  assert.equal(await page.inputValue('#body'), '写到一半的内容');
  await page.fill('#due', '2026-06-30');
  await Promise.all([page.waitForURL('**/about'), page.click('.form-actions .btn-primary')]);
  await page.goto(`${address}/finding_form`);
  assert.notEqual(await page.inputValue('#body'), '写到一半的内容');
});

test('the menus open by keyboard and close with Escape', async (page) => {
  await page.goto(`${address}/about`);
  const menu = page.locator('details.menu').last();
  await menu.locator('summary').focus();
  await page.keyboard.press('Enter');
  assert.equal(await menu.evaluate((one) => one.open), true);
  await page.keyboard.press('Escape');
  assert.equal(await menu.evaluate((one) => one.open), false);
});

test('the theme changes by its form', async (page) => {
  await page.goto(`${address}/about`);
  await page.locator('details.menu summary').first().click();
  await page.click('button[value="dark"]');
  const { path, fields } = await last_post(page);
  assert.deepEqual([path, fields.theme], ['/preferences', 'dark']);
});

test('on a phone all places of the navigation can be reached without script', async (page) => {
  await page.setViewportSize(sizes.narrow);
  await page.goto(`${address}/about`);
  assert.equal(await page.isVisible('.nav a[href="/settings"]'), false);
  await page.click('.nav .more a');
  assert.equal(await page.isVisible('.nav a[href="/settings"]'), true);
  await page.click('.nav .less a');
  assert.equal(await page.isVisible('.nav a[href="/settings"]'), false);
}, { is_without_script: true });

const plain = await browser.newContext({ viewport: sizes.wide, locale: 'zh-CN', javaScriptEnabled: false });
console.log(`1..${cases.length}`);
let failed = 0;
for (const [i, { name, run, is_without_script }] of cases.entries()) {
  const page = await (is_without_script ? plain : context).newPage();
  page.setDefaultTimeout(8000);
  const faults = [];
  page.on('pageerror', (problem) => faults.push(problem.message));
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) faults.push(message.text()); });
  try {
    await run(page);
    assert.deepEqual(faults, []);
    console.log(`ok ${i + 1} - ${name}`);
  } catch (problem) {
    failed++;
    console.log(`not ok ${i + 1} - ${name}\n${String(problem.message).replace(/^/gm, '# ')}`);
  }
  await page.close();
}
await browser.close();
close();
process.exitCode = failed ? 1 : 0;
