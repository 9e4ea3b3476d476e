// A finding's second cycle without a browser: closed once and reopened by a look-back in the demonstration, it is planned, done, proved,
// signed and closed again by people of four levels, by `bihuan run` and the API for the file.  TAP on standard output.
//
//   node tests/e2e/cycle_cli.mjs PROGRAM sqlite|postgres
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { start_product } from './server.mjs';
import { run_all, test } from './tap.mjs';

const [program, engine] = process.argv.slice(2);
if (engine === 'postgres' && !process.env.BIHUAN_TEST_PG_URL) {
  console.log('1..0 # SKIP no PostgreSQL on this machine');
  process.exit(0);
}
const product = await start_product({ program, engine });
const { address, passwords, where } = product;
const known = {};

const cli = (...args) => execFileSync(program, [...args, ...where], { encoding: 'utf8', env: { ...process.env, LANG: 'en_US.UTF-8' }, stdio: ['ignore', 'pipe', 'pipe'] });
const run = (login, command, input) => JSON.parse(cli('run', command, JSON.stringify(input), '--as', login));

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
  const keep = (answer) => answer.headers.getSetCookie().forEach((line) => jar.set(line.split('=')[0], line.split(';')[0]));
  const ask = async (path, options = {}) => {
    const answer = await fetch(address + path, { redirect: 'manual', ...options,
      headers: { Cookie: [...jar.values()].join('; '), Origin: address, ...options.headers } });
    keep(answer);
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

const day = (shift) => new Date(Date.now() + 8 * 3600e3 + shift * 86400e3).toISOString().slice(0, 10);

test('a look-back has reopened what was closed', async () => {
  const office = known.office = await sign_in('qiaoyunfeng');
  const found = (await office.json('/findings?q=LY-2026-002-015')).findings;
  known.id = found.find((row) => row.no === 'LY-2026-002-015').id;
  known.page = await office.json(`/findings/${known.id}`);
  assert.equal(known.page.finding.status, 'planned');
  assert.equal(known.page.finding.cycle_n, 2);
  known.unit = known.page.finding.unit_id;
});

test('it is planned and taken up again', async () => {
  const { id, unit } = known;
  refuse('buhongyang', 'finding.submit', { id, self_result: '.', pledge: '.', is_pledged: true }, /state/);
  known.measure = run('gechen', 'measure.plan', { finding_id: id, text: '库管与盘点分离，领用即时记账，每月由财务抽盘。', kinds: 'rules', weight: 100,
    due: day(40), finish_mark: '连续两次抽盘无差异，有盘点表可查' }).id;
  known.task = run('gechen', 'task.assign', { measure_id: known.measure, unit_id: unit, goal: '连续两次抽盘无差异' }).id;
  refuse('chuheng', 'task.accept', { id: known.task }); // of another unit
  run('minji', 'task.accept', { id: known.task });
  known.node = run('buhongyang', 'node.plan', { task_id: known.task, name: '抽盘', deliverable: '盘点表', start: day(-1), due: day(30), weight: 100 }).id;
  run('gechen', 'finding.start', { id });
});

test('nothing is closed before it is done and proved', () => {
  refuse('buhongyang', 'finding.submit', { id: known.id, self_result: '已完成', pledge: '属实', is_pledged: true }, /Measure not done/, /Task not done/, /no effective evidence/);
  refuse('minji', 'task.submit', { id: known.task }, /evidence/);
});

test('evidence comes in by the API and is judged by another', async () => {
  const reporter = await sign_in('minji');
  const path = `/tasks/${known.task}/evidence`;
  const form = new FormData();
  for (const [name, value] of Object.entries({ csrf: await reporter.token(`${path}/new`), class: 'other', made_on: day(0), title: '第二次抽盘表' })) form.set(name, value);
  form.set('file', new Blob(['抽盘日期、货位、账面数、实盘数、差异：无。\n'], { type: 'text/plain' }), 'count.txt');
  const answer = await reporter.ask(`${path}/upload`, { method: 'POST', body: form });
  assert.equal(answer.status, 303);
  known.evidence = Number(/\/evidences\/(\d+)/.exec(answer.headers.get('location'))[1]);
  refuse('minji', 'evidence.judge', { id: known.evidence, n: 1, verdict: 'effective' });
  run('buhongyang', 'evidence.judge', { id: known.evidence, n: 1, verdict: 'effective' });
});

test('the work is handed in level by level', () => {
  run('minji', 'node.report', { id: known.node, real_start: day(0), real_due: day(0) });
  run('minji', 'task.submit', { id: known.task });
  refuse('minji', 'task.pass', { id: known.task });
  run('gechen', 'task.pass', { id: known.task });
  run('buhongyang', 'measure.complete', { id: known.measure });
  run('gechen', 'measure.verify', { id: known.measure, reason: '到场抽查，账实一致。' });
  run('buhongyang', 'finding.submit', { id: known.id, self_result: '两次抽盘无差异。', pledge: '所报材料真实、完整。', is_pledged: true });
});

test('five sign, nobody what they handed in, and nobody twice', async () => {
  const review = (await known.office.json(`/findings/${known.id}`)).finding.cases.find((row) => row.is_open).id;
  refuse('buhongyang', 'review.approve', { id: review, reason: '同意。' });
  for (const login of ['shangwanying', 'wurongan', 'qiaoyunfeng', 'maixiaotang', 'shenrongchuan']) {
    run(login, 'review.approve', { id: review, reason: '材料与措施对应，同意。' });
    refuse(login, 'review.approve', { id: review, reason: '再签一次。' });
  }
});

test('it is closed with a certificate of its own and stays closed', async () => {
  const page = await known.office.json(`/findings/${known.id}`);
  assert.equal(page.finding.status, 'closed');
  assert.equal(page.finding.cycle_n, 2);
  const cycles = page.finding.cycles.map((cycle) => cycle.certificate_no);
  assert.equal(new Set(cycles).size, 2);
  assert.ok(cycles.every(Boolean));
  refuse('gechen', 'measure.plan', { finding_id: known.id, text: '再来一次。' });
});

test('check finds nothing, and the register can be made again from its events', () => {
  assert.match(cli('check'), / 0 problems/);
  if (engine === 'sqlite') cli('rebuild', `${where[1]}.again`); // compares table by table
});

test('what the office has to do is counted and shown whole', async () => {
  const shown = (page) => page.work.reduce((sum, group) => sum + group.rows.length, 0);
  const home = await known.office.json('/');
  const whole = await known.office.json('/?all=1');
  assert.equal(shown(whole), Number(whole.work_total));
  assert.ok(shown(home) <= 40 && shown(home) === Math.min(40, shown(whole)));
  assert.equal(home.work.every((group) => !group.more || group.more_href === '/?all=1'), true);
});

try {
  await run_all();
} finally {
  await product.stop();
}
