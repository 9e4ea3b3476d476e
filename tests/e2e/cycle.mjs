// The whole way of a finding through the browser, by people of four levels: from an imported document over analysis, plan, task,
// evidence and signatures to a certificate; a look-back that finds it back again; the second cycle and its closing.  TAP on standard output.
// Each case goes on where the one before ended.
//
//   node tests/e2e/cycle.mjs PROGRAM sqlite|postgres
import assert from 'node:assert/strict';
import { launch, sign_in, sizes } from './browser.mjs';
import { start_product } from './server.mjs';
import { run_all, test } from './tap.mjs';

const [program, engine] = process.argv.slice(2);
if (engine === 'postgres' && !process.env.BIHUAN_TEST_PG_URL) {
  console.log('1..0 # SKIP no PostgreSQL on this machine');
  process.exit(0);
}
const { address, passwords, stop, demo_text } = await start_product({ program, engine });
const browser = await launch();
const people = new Map(); // login: page with a session of its own
const known = {};
const day = (shift) => new Date(Date.now() + 8 * 3600e3 + shift * 86400e3).toISOString().slice(0, 10);

async function person(login) {
  if (!people.has(login)) {
    const context = await browser.newContext({ viewport: sizes.wide, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    await sign_in(page, address, login, passwords[login]);
    assert.notEqual(new URL(page.url()).pathname, '/login', `${login} may sign in`);
    people.set(login, page);
  }
  return people.get(login);
}

// Fills a field as a person would, by its name.
async function fill(form, name, value) {
  const field = form.locator(`[name="${name}"]:not([type="hidden"])`).first();
  const kind = await field.evaluate((element) => element.type || element.tagName.toLowerCase());
  if (kind === 'checkbox' || kind === 'radio') await form.locator(`[name="${name}"][value="${value}"]`).first().check();
  else if (kind === 'file') await field.setInputFiles(value);
  else if (kind.startsWith('select')) await field.selectOption(typeof value === 'object' ? value : String(value));
  else await field.fill(String(value));
}

// Opens the page, fills the form that goes to `action` and sends it; what is wrong is told by the page.
async function act(login, path, action, fields = {}, button = 'button.btn, button') {
  const page = await person(login);
  await page.goto(address + path);
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
  const form = page.locator(`form[method="post"][action="${action}"]`).first();
  if (!await form.count()) assert.fail(`${login} sees no form ${action} on ${path}`);
  for (const [name, value] of Object.entries(fields)) await fill(form, name, value);
  await Promise.all([page.waitForNavigation(), form.locator(button).first().click()]);
  const fault = await page.locator('#errors:visible').first();
  if (await fault.count()) assert.fail(`${login} ${action}: ${(await fault.innerText()).trim()} ${(await page.locator('.field.has-error').allInnerTexts()).join('; ')}`);
  return page;
}

// The same, expecting that the page says no; gives what it says.
async function refused(login, path, action, fields = {}) {
  const page = await person(login);
  const answer = await page.goto(address + path);
  if (answer.status() >= 400) return `${answer.status()}`;
  const form = page.locator(`form[method="post"][action="${action}"]`).first();
  if (!await form.count()) return 'no form';
  for (const [name, value] of Object.entries(fields)) await fill(form, name, value);
  await Promise.all([page.waitForNavigation(), form.locator('button.btn-primary').first().click()]);
  const words = await page.locator('main').innerText();
  assert.match(words, /不能|缺|请|不允许|没有|未/);
  return words;
}

async function view(login, path) {
  const page = await person(login);
  const answer = await page.context().request.get(address + path, { headers: { Accept: 'application/json' } });
  assert.equal(answer.status(), 200, path);
  return answer.json();
}

const number_in = (page, pattern) => Number(pattern.exec(page.url())[1]);

// Plan, task, work, evidence and the way up, for the cycle that is open.
async function work(words) {
  const finding = `/findings/${known.id}`;
  await act('gechen', `${finding}/measures/new`, `${finding}/measures`, { text: words.measure, kinds: 'correct', due: day(40), finish_mark: words.mark,
    ...(words.cause ? { cause_id: words.cause } : {}) });
  const measures = (await view('gechen', finding)).finding.measures;
  const measure = measures[measures.length - 1].id;
  await act('gechen', `/measures/${measure}/tasks`, `/measures/${measure}/tasks`, { unit_id: known.unit, goal: words.goal });
  const task = (await view('gechen', `/measures/${measure}`)).measure.tasks[0].id;
  await act('minji', `/tasks/${task}`, `/tasks/${task}/accept`);
  await act('buhongyang', `/tasks/${task}/nodes`, `/tasks/${task}/nodes`, { name: words.node, deliverable: '书面材料', start: day(0), due: day(30), weight: 100 });
  if (words.meeting) await act('gechen', `${finding}/plan`, `${finding}/plan`, { meeting: words.meeting, meeting_on: day(-1) });
  else await act('gechen', finding, `${finding}/start`);
  return { measure, task };
}

async function hand_up({ measure, task }, words) {
  const finding = `/findings/${known.id}`;
  const reported = await act('minji', `/tasks/${task}`, `/tasks/${task}/report`);
  const report = `/reports/${number_in(reported, /\/reports\/(\d+)/)}`;
  await act('minji', report, `${report}/submit`, { progress: 100, done_text: words.done, next_text: '转入日常值守检查。' }, 'button.btn-primary');
  await act('buhongyang', report, `${report}/accept`);
  const node = (await view('buhongyang', `/tasks/${task}`)).task.nodes[0].id;
  await act('minji', `/nodes/${node}`, `/nodes/${node}/report`, { real_start: day(0), real_due: day(0) });
  const proof = await act('minji', `/tasks/${task}/evidence/new`, `/tasks/${task}/evidence/upload`, { class: 'other', made_on: day(0), title: words.title,
    file: { name: 'proof.txt', mimeType: 'text/plain', buffer: Buffer.from(words.proof) } });
  const evidence = number_in(proof, /\/evidences\/(\d+)/);
  await act('buhongyang', `/evidences/${evidence}`, `/evidences/${evidence}/judge`, { verdict: 'effective' });
  await act('minji', `/tasks/${task}`, `/tasks/${task}/submit`);
  await act('gechen', `/tasks/${task}`, `/tasks/${task}/pass`);
  await act('buhongyang', `/measures/${measure}`, `/measures/${measure}/complete`);
  await act('gechen', `/measures/${measure}`, `/measures/${measure}/verify`);
  await act('buhongyang', `${finding}/submit`, `${finding}/submit`, { self_result: words.result, pledge: '所报材料真实、完整。', is_pledged: 1 });
}

async function sign() {
  const review = (await view('qiaoyunfeng', `/findings/${known.id}`)).finding.cases.find((row) => row.is_open).id;
  for (const login of ['shangwanying', 'wurongan', 'qiaoyunfeng', 'maixiaotang', 'shenrongchuan'])
    await act(login, `/reviews/${review}`, `/reviews/${review}/approve`, { reason: '材料与措施对应，同意。' });
  const page = await view('qiaoyunfeng', `/findings/${known.id}`);
  assert.equal(page.finding.status, 'closed');
  return page.finding.cycles;
}

test('a document becomes findings', async () => {
  const page = await person('gechen');
  await page.goto(`${address}/sources/import`);
  const text = ['省委第二巡视组关于巡视岫川数科集团有限公司党委的反馈意见',
    '根据统一部署，2026年3月1日至4月30日，省委第二巡视组对岫川数科集团有限公司党委开展了巡视。2026年6月1日，巡视组反馈了意见。',
    '一、巡视发现的主要问题', '(一)关于仓储管理方面', '1.危险品仓库值守不到位问题。抽查12个夜班，有5个班次无人在岗。'].join('\n');
  await page.setInputFiles('#file', { name: '反馈.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await Promise.all([page.waitForURL('**/drafts/*'), page.click('[data-drop] .btn-primary')]);
  await Promise.all([page.waitForURL('**/sources/*'), page.locator('form[data-confirm-draft] button').first().click()]);
  const found = (await view('gechen', `/findings?source=${number_in(page, /\/sources\/(\d+)/)}`)).findings;
  assert.equal(found.length, 1);
  known.id = found[0].id;
  known.no = found[0].no;
});

test('it is given to the unit, which confirms it', async () => {
  const finding = `/findings/${known.id}`;
  const units = (await view('gechen', '/tasks?limit=1')) && (await view('gechen', '/findings?q=LY-2026-002-015')).findings;
  known.unit = units.find((row) => row.no === 'LY-2026-002-015').unit_id;
  await act('gechen', `${finding}/edit`, finding, { unit_id: known.unit, due: day(90) });
  await act('buhongyang', finding, `${finding}/confirm`);
  assert.equal((await view('gechen', finding)).finding.status, 'confirmed');
});

test('cause, who leads, measure, task, dated step; a meeting approves', async () => {
  const finding = `/findings/${known.id}`;
  await act('gechen', `${finding}/causes`, `${finding}/causes`, { level: 'management', method: 'site_visit', text: '值守靠自觉，没有点验，也没有替班安排。' });
  const leader = (await (await person('gechen')).goto(`${address}${finding}/charge`)) && await (await person('gechen')).locator('#lead_leader_id option', { hasText: '邬镕安' }).first().getAttribute('value');
  const supervisor = await (await person('gechen')).locator('#supervisor_id option:not([value=""])').first().getAttribute('value');
  await act('gechen', `${finding}/charge`, `${finding}/charge`, { lead_leader_id: leader, supervisor_id: supervisor });
  assert.match(await refused('buhongyang', `${finding}/submit`, `${finding}/submit`, { self_result: '已完成。', pledge: '属实。', is_pledged: 1 }), /状态/);
  const cause = (await view('gechen', finding)).finding.causes[0].id;
  known.first = await work({ measure: '夜班双人值守，值班经理每班点验两次。', mark: '连续三十天点验无空岗', goal: '夜班无空岗', node: '点验三十天', cause, meeting: '党委会第21次会议' });
});

test('the work is proved, handed up and signed by five', async () => {
  await hand_up(known.first, { done: '点验三十天，共六十次。', title: '三十天点验表', proof: '三十个夜班，六十次点验，无空岗。\n', result: '连续三十天无空岗。' });
  const cycles = await sign();
  assert.equal(cycles.length, 1);
  known.certificate = cycles[0].certificate_no;
  assert.ok(known.certificate);
});

test('a look-back draws it, finds it back again, and it is reopened', async () => {
  const drawn = await act('qiaoyunfeng', '/lookbacks/new', '/lookbacks', { name: '当日销号事项回头看', closed_from: day(0), closed_to: day(0), sample: 5, due: day(20), checklist: '措施是否仍在执行' });
  const lookback = number_in(drawn, /\/lookbacks\/(\d+)/);
  const item = (await view('qiaoyunfeng', `/lookbacks/${lookback}`)).lookback.items.find((row) => row.finding_id === known.id || row.no === known.no).id;
  const page = await person('qiaoyunfeng');
  await page.goto(`${address}/lookback_items/${item}`);
  const checker = await page.locator(`form[action="/lookback_items/${item}/assign"] option`, { hasText: '芮昭' }).first().getAttribute('value');
  await act('qiaoyunfeng', `/lookback_items/${item}`, `/lookback_items/${item}/assign`, { checker_id: checker });
  const answers = await (await person('ruizhao')).goto(`${address}/lookback_items/${item}`) && await (await person('ruizhao')).locator(`form[action="/lookback_items/${item}"] [name^="answer"]`).first().getAttribute('name');
  await act('ruizhao', `/lookback_items/${item}`, `/lookback_items/${item}`, { ...(answers ? { [answers]: 'no' } : {}), verdict: 'rebound', note: '夜间抽查，又有两个班次无人在岗。', evidence: '监控截图', due: day(60) });
  const review = (await view('qiaoyunfeng', `/findings/${known.id}`)).finding.cases.find((row) => row.is_open).id;
  await act('shenrongchuan', `/reviews/${review}`, `/reviews/${review}/approve`, { reason: '同意重新启动整改。' });
  const again = await view('qiaoyunfeng', `/findings/${known.id}`);
  assert.equal(again.finding.cycle_n, 2);
  assert.equal(again.finding.status, 'planned');
});

test('the second cycle is closed with a certificate of its own', async () => {
  const second = await work({ measure: '加装人脸点验，缺岗十分钟内报警到值班领导。', mark: '报警记录可查，连续三十天无空岗', goal: '缺岗即报警', node: '装机和试运行' });
  await hand_up(second, { done: '装机六处，试运行三十天。', title: '点验系统运行记录', proof: '三十天报警零次，点验一百八十次。\n', result: '系统点验三十天无空岗。' });
  const cycles = await sign();
  assert.equal(cycles.length, 2);
  assert.equal(new Set(cycles.map((cycle) => cycle.certificate_no)).size, 2);
  assert.ok(cycles.some((cycle) => cycle.certificate_no === known.certificate));
});

// Reporter and approver of a plant, department and office, leader in charge, leading group; and one who looks back.
test('nine people of four levels had a hand in it', () => {
  const roles = {};
  for (const line of demo_text.split('\n')) {
    const [login, , role] = line.trim().split(/\s+/);
    if (people.has(login)) roles[role] = (roles[role] || 0) + 1;
  }
  assert.deepEqual(roles, { unit_reporter: 1, unit_approver: 1, lead_department: 1, office: 2, reviewer: 2, lead_leader: 1, leading_group: 1 });
});

try {
  await run_all(async () => [...people].map(([login, page]) => `${login} at ${page.url()}`));
} finally {
  await browser.close();
  await stop();
}
