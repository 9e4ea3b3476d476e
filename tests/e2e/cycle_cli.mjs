// The whole way of a finding without a browser, by people of four levels: `bihuan import` reads the document, the API confirms the draft and
// takes the files, `bihuan run` does the rest: plan, tasks, reports, signatures, certificate, look-back, reopening, the second closing.
// Each case goes on where the one before ended.  TAP on standard output.
//
//   node tests/e2e/cycle_cli.mjs PROGRAM sqlite|postgres
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { start_product } from './server.mjs';
import { run_all, test } from './tap.mjs';

const [program, engine] = process.argv.slice(2);
if (engine === 'postgres' && !process.env.BIHUAN_TEST_PG_URL) {
  console.log('1..0 # SKIP no PostgreSQL on this machine');
  process.exit(0);
}
const product = await start_product({ program, engine });
const { address, passwords, where } = product;
const known = { certificates: [] };
const people = new Map(); // login: session over HTTP

const cli = (...args) => execFileSync(program, [...args, ...where], { encoding: 'utf8', env: { ...process.env, LANG: 'en_US.UTF-8' }, stdio: ['ignore', 'pipe', 'pipe'] });
const acted = new Set();
const run = (login, command, input) => {
  const result = JSON.parse(cli('run', command, JSON.stringify(input), '--as', login));
  acted.add(login);
  return result;
};

// What a command must not do, and the words that say why.
function refuse(login, command, input, ...reasons) {
  try {
    run(login, command, input);
  } catch (problem) {
    assert.notEqual(problem.status, null);
    for (const reason of reasons) assert.match(problem.stderr, reason);
    return;
  }
  assert.fail(`${command} as ${login} was not refused`);
}

// A session over HTTP: the cookies of sign-in, and what every form carries.
async function sign_in(login) {
  const jar = new Map();
  const ask = async (path, options = {}) => {
    const answer = await fetch(address + path, { redirect: 'manual', ...options,
      headers: { Cookie: [...jar.values()].join('; '), Origin: address, ...options.headers } });
    answer.headers.getSetCookie().forEach((line) => jar.set(line.split('=')[0], line.split(';')[0]));
    return answer;
  };
  const token = async (path) => /name="csrf" value="([^"]+)"/.exec(await (await ask(path)).text())[1];
  const answer = await ask('/login', { method: 'POST', body: new URLSearchParams({ csrf: await token('/login'), login, password: passwords[login] }) });
  assert.equal(answer.status, 303);
  const json = async (path) => {
    const page = await ask(path, { headers: { Accept: 'application/json' } });
    assert.equal(page.status, 200, path);
    return page.json();
  };
  return { ask, token, json };
}

async function person(login) {
  acted.add(login);
  if (!people.has(login)) people.set(login, await sign_in(login));
  return people.get(login);
}

const view = async (login, path) => (await person(login)).json(path);
const finding = async () => (await view('gechen', `/findings/${known.id}`)).finding;

const day = (shift) => new Date(Date.now() + 8 * 3600e3 + shift * 86400e3).toISOString().slice(0, 10);

// Sends a file by the form of the task's page; another person finds it effective.
async function prove(task, title, words) {
  const reporter = await person('minji');
  const path = `/tasks/${task}/evidence`;
  const form = new FormData();
  for (const [name, value] of Object.entries({ csrf: await reporter.token(`${path}/new`), class: 'other', made_on: day(0), title })) form.set(name, value);
  form.set('file', new Blob([words], { type: 'text/plain' }), 'proof.txt');
  const answer = await reporter.ask(`${path}/upload`, { method: 'POST', body: form });
  assert.equal(answer.status, 303);
  const id = Number(/\/evidences\/(\d+)/.exec(answer.headers.get('location'))[1]);
  refuse('minji', 'evidence.judge', { id, n: 1, verdict: 'effective' });
  run('buhongyang', 'evidence.judge', { id, n: 1, verdict: 'effective' });
}

// Measure, task and dated step of the cycle that is open.
function plan({ measure, mark, goal, node, cause }) {
  const measure_id = run('gechen', 'measure.plan', { finding_id: known.id, text: measure, kinds: 'rules', weight: 100, due: day(40), finish_mark: mark,
    ...(cause ? { cause_id: cause } : {}) }).id;
  const task_id = run('gechen', 'task.assign', { measure_id, unit_id: known.unit, goal }).id;
  refuse('chuheng', 'task.accept', { id: task_id }); // of another unit
  run('minji', 'task.accept', { id: task_id });
  const node_id = run('buhongyang', 'node.plan', { task_id, name: node, deliverable: '书面材料', start: day(-1), due: day(30), weight: 100 }).id;
  return { measure_id, task_id, node_id };
}

// From the report of the work to the request for closing.
async function hand_in({ measure_id, task_id, node_id }, { done, title, proof, result }) {
  refuse('buhongyang', 'finding.submit', { id: known.id, self_result: '已完成', pledge: '属实', is_pledged: true }, /Measure not done/, /Task not done/, /no effective evidence/);
  refuse('minji', 'task.submit', { id: task_id }, /evidence/);
  const report = run('minji', 'task.report', { id: task_id }).id;
  run('minji', 'report.submit', { id: report, progress: 100, done_text: done, next_text: '转入日常值守检查。' });
  refuse('minji', 'report.accept', { id: report });
  run('buhongyang', 'report.accept', { id: report });
  await prove(task_id, title, proof);
  run('minji', 'node.report', { id: node_id, real_start: day(0), real_due: day(0) });
  run('minji', 'task.submit', { id: task_id });
  refuse('minji', 'task.pass', { id: task_id });
  run('gechen', 'task.pass', { id: task_id });
  run('buhongyang', 'measure.complete', { id: measure_id });
  run('gechen', 'measure.verify', { id: measure_id, reason: '到场抽查，与材料一致。' });
  run('buhongyang', 'finding.submit', { id: known.id, self_result: result, pledge: '所报材料真实、完整。', is_pledged: true });
}

const open_review = async () => (await finding()).cases.find((row) => row.is_open).id;

// Five sign, nobody what they handed in, and nobody twice; the cycle gets a certificate of its own.
async function sign() {
  const id = await open_review();
  refuse('buhongyang', 'review.approve', { id, reason: '同意。' });
  for (const login of ['shangwanying', 'wurongan', 'qiaoyunfeng', 'maixiaotang', 'shenrongchuan']) {
    run(login, 'review.approve', { id, reason: '材料与措施对应，同意。' });
    refuse(login, 'review.approve', { id, reason: '再签一次。' });
  }
  const { status, cycles } = await finding();
  assert.equal(status, 'closed');
  const fresh = cycles.map((cycle) => cycle.certificate_no).filter((no) => !known.certificates.includes(no));
  assert.equal(fresh.length, 1);
  assert.ok(fresh[0]);
  assert.equal(cycles.length, known.certificates.length + 1);
  known.certificates.push(fresh[0]);
  refuse('gechen', 'measure.plan', { finding_id: known.id, text: '再来一次。', kinds: 'rules', due: day(40) }, /closed/i);
}

test('a document is read by the command line and confirmed by the API', async () => {
  const file = join(dirname(where[3]), '反馈.txt');
  writeFileSync(file, ['省委第二巡视组关于巡视岫川数科集团有限公司党委的反馈意见',
    '根据统一部署，2026年3月1日至4月30日，省委第二巡视组对岫川数科集团有限公司党委开展了巡视。2026年6月1日，巡视组反馈了意见。',
    '一、巡视发现的主要问题', '(一)关于仓储管理方面', '1.危险品仓库值守不到位问题。抽查12个夜班，有5个班次无人在岗。'].join('\n'));
  const [, draft] = /draft (\d+), 1 findings, 0 paragraphs not understood/.exec(cli('import', file));
  const office = await person('gechen');
  assert.equal((await office.json('/findings?q=危险品仓库值守不到位')).findings.length, 0); // a draft is not the register
  const answer = await office.ask(`/drafts/${draft}/confirm`, { method: 'POST', headers: { Accept: 'application/json' },
    body: new URLSearchParams({ csrf: await office.token(`/drafts/${draft}`) }) });
  assert.equal(answer.status, 201);
  const { findings } = await office.json(`/findings?source=${(await answer.json()).id}`);
  assert.equal(findings.length, 1);
  known.id = findings[0].id;
  known.source = findings[0].source_id ?? (await finding()).source_id;
});

test('it is given to a unit, which confirms it', async () => {
  const { findings } = await view('gechen', '/findings?q=LY-2026-002-015');
  known.unit = findings.find((row) => row.no === 'LY-2026-002-015').unit_id;
  const { rev, title } = await finding();
  refuse('minji', 'finding.confirm', { id: known.id });
  run('gechen', 'finding.change', { id: known.id, rev, title, unit_id: known.unit, due: day(90) });
  run('buhongyang', 'finding.confirm', { id: known.id });
  assert.equal((await finding()).status, 'confirmed');
});

test('cause, who leads, measure, task, dated step; a meeting approves', async () => {
  const cause = run('gechen', 'cause.find', { finding_id: known.id, level: 'management', method: 'site_visit', text: '值守靠自觉，没有点验，也没有替班安排。' }).id;
  refuse('gechen', 'finding.plan', { id: known.id, meeting: '党委会第21次会议', meeting_on: day(-1) }, /measure/i, /lead/i);
  const options = await (await (await person('gechen')).ask(`/findings/${known.id}/charge`)).text();
  run('gechen', 'finding.charge', { id: known.id, lead_leader_id: Number(/<option value="(\d+)"[^>]*>[^<]*邬镕安/.exec(options)[1]) });
  known.first = plan({ measure: '夜班双人值守，值班经理每班点验两次。', mark: '连续三十天点验无空岗', goal: '夜班无空岗', node: '点验三十天', cause });
  run('gechen', 'finding.plan', { id: known.id, meeting: '党委会第21次会议', meeting_on: day(-1) });
  assert.equal((await finding()).status, 'doing');
});

test('the work is reported, proved and handed in level by level', () => hand_in(known.first, { done: '点验三十天，共六十次。', title: '三十天点验表',
  proof: '三十个夜班，六十次点验，无空岗。\n', result: '连续三十天无空岗。' }));

test('five sign, and it is closed with a certificate', sign);

test('a look-back draws it, finds it back again, and it is reopened', async () => {
  const unit_id = (await view('gechen', '/units')).units[0].id;
  const lookback = run('qiaoyunfeng', 'lookback.draw', { name: '夜班值守回头看', unit_id, source_id: known.source, closed_from: day(0), closed_to: day(0), sample: 1,
    checklist: '措施是否仍在执行', due: day(20) }).id;
  const items = (await view('qiaoyunfeng', `/lookbacks/${lookback}`)).lookback.items;
  assert.deepEqual(items.map((row) => row.finding_id), [known.id]);
  const { id } = items[0];
  const options = await (await (await person('qiaoyunfeng')).ask(`/lookback_items/${id}`)).text();
  run('qiaoyunfeng', 'lookback_item.assign', { id, checker_id: Number(/<option value="(\d+)"[^>]*>[^<]*芮昭/.exec(options)[1]) });
  refuse('maixiaotang', 'lookback_item.check', { id, verdict: 'consolidated', answers: ['yes'], note: '没有问题。', evidence: '照片' });
  run('ruizhao', 'lookback_item.check', { id, verdict: 'rebound', answers: ['no'], note: '夜间抽查，又有两个班次无人在岗。', evidence: '监控截图', due: day(60) });
  run('shenrongchuan', 'review.approve', { id: await open_review(), reason: '同意重新启动整改。' });
  const { status, cycle_n } = await finding();
  assert.deepEqual({ status, cycle_n }, { status: 'planned', cycle_n: 2 });
});

test('the second cycle is planned, done, proved and handed in', async () => {
  const second = plan({ measure: '加装人脸点验，缺岗十分钟内报警到值班领导。', mark: '报警记录可查，连续三十天无空岗', goal: '缺岗即报警', node: '装机和试运行' });
  run('gechen', 'finding.start', { id: known.id });
  await hand_in(second, { done: '装机六处，试运行三十天。', title: '点验系统运行记录', proof: '三十天报警零次，点验一百八十次。\n', result: '系统点验三十天无空岗。' });
});

test('it is closed again with a certificate of its own and stays closed', async () => {
  await sign();
  assert.equal(known.certificates.length, 2);
  assert.equal((await finding()).cycle_n, 2);
});

// Reporter and approver of a plant, department and office, leader in charge, leading group; and one who looks back.
test('nine people of four levels had a hand in it', () => {
  const roles = {};
  for (const line of product.demo_text.split('\n')) {
    const [login, , role] = line.trim().split(/\s+/);
    if (acted.has(login)) roles[role] = (roles[role] || 0) + 1;
  }
  assert.deepEqual(roles, { unit_reporter: 1, unit_approver: 1, lead_department: 1, office: 2, reviewer: 2, lead_leader: 1, leading_group: 1 });
});

test('check finds nothing, and the register can be made again from its events', () => {
  assert.match(cli('check'), / 0 problems/);
  if (engine === 'sqlite') cli('rebuild', `${where[1]}.again`); // compares table by table
});

test('what the office has to do is counted and shown whole', async () => {
  const shown = (page) => page.work.reduce((sum, group) => sum + group.rows.length, 0);
  const home = await view('qiaoyunfeng', '/');
  const whole = await view('qiaoyunfeng', '/?all=1');
  assert.equal(shown(whole), Number(whole.work_total));
  assert.ok(shown(home) <= 40 && shown(home) === Math.min(40, shown(whole)));
  assert.equal(home.work.every((group) => !group.more || group.more_href === '/?all=1'), true);
});

try {
  await run_all();
} finally {
  await product.stop();
}
