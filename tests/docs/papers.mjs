// Papers, opened by other programs: LibreOffice reads every Word file, saves a template that is filled again, poppler counts pages; the plan of
// action and milestones against the official schema (when the collection of cases is there).  Prints TAP.
//
//   papers.mjs PROGRAM DATA_DIR SHARED
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../../web/install.mjs';
import { check, run, stopped_by, tell } from './checks.mjs';

const [program, data, shared] = process.argv.slice(2);
const require = createRequire(join(dirname(fileURLToPath(import.meta.url)), '../../web/package.json'));
install({ is_dev: true });
const dir = mkdtempSync(join(tmpdir(), 'bihuan-papers-'));
const pages = (path) => Number(/Pages:\s+(\d+)/.exec(run('pdfinfo', path))[1]);

try {
  const where = ['--db', join(dir, 'papers.db'), '--files', join(dir, 'files')];
  run(program, 'demo', ...where, '--data', data);
  run(program, 'paper', 'LY-2026-002', '--out', dir, ...where);
  run(program, 'paper', 'LY-2026-002', '--kind', 'rules', '--out', join(dir, 'made'), ...where);
  check('the directory for papers is made when there is none', existsSync(join(dir, 'made', 'rules.docx')));
  const list = { kind: 'leader_tasks', title: '领导包案任务清单', rows: 'tasks', columns: [{ head: '序号', field: 'n', width: 4, center: true }, { head: '任务', field: 'title', width: 40 }] };
  writeFileSync(join(dir, 'lists.json'), JSON.stringify([list]));
  run(program, 'paper', 'LY-2026-002', '--kind', 'leader_tasks', '--paper-lists', join(dir, 'lists.json'), '--out', join(dir, 'made'), ...where);
  check('a list of the office is made by the command line', run('pdftotext', join(dir, 'made', 'leader_tasks.pdf'), '-').includes('领导包案任务清单'));
  const names = readdirSync(dir).filter((name) => name.endsWith('.docx'));
  check('all kinds of a source are made', names.length >= 11, names.join(' '));
  run('soffice', `-env:UserInstallation=file://${join(dir, 'office')}`, '--headless', '--convert-to', 'pdf:writer_pdf_Export', '--outdir', join(dir, 'opened'),
    ...names.map((name) => join(dir, name)));
  for (const name of names) {
    const pdf = name.replace('.docx', '.pdf'), opened = join(dir, 'opened', pdf);
    const text = run('pdftotext', opened, '-');
    const empty = text.split('\f').slice(0, -1).filter((page) => page.replace(/[\s\d—-]/g, '').length === 0).length;
    // Without the fonts of offices LibreOffice takes wider ones.
    const most = Math.max(1, Math.round(pages(join(dir, pdf)) / 5));
    check(`${name} opens: no empty page, about as many as ours`, empty === 0 && Math.abs(pages(opened) - pages(join(dir, pdf))) <= most,
      `${pages(opened)} pages, ours ${pages(join(dir, pdf))}, ${empty} empty`);
  }
  for (const name of names) for (const where of [dir, join(dir, 'opened')]) {
    const last = run('pdftotext', join(where, name.replace('.docx', '.pdf')), '-').split('\f').slice(0, -1).pop().replace(/\s/g, '');
    check(`the signature of ${name} has text above it on its page (${where === dir ? 'ours' : 'LibreOffice'})`, !/^(岫川数科集团有限公司)?\d{4}年\d+月\d+日(数据快照|$)/.test(last), last.slice(0, 60));
  }
  for (const where of [dir, join(dir, 'opened')]) {
    const broken = names.filter((name) => /\b\d{4}-\d{2}-\s/.test(run('pdftotext', join(where, name.replace('.docx', '.pdf')), '-')));
    check(`no date is broken in a column (${where === dir ? 'ours' : 'LibreOffice'})`, !broken.length, broken.join(' '));
  }
  for (const where of [dir, join(dir, 'opened')]) {
    const last = run('pdftotext', '-bbox', join(where, 'plan.pdf'), '-').split('<page ').pop();
    const printed = /yMin="([\d.]+)"[^>]*yMax="([\d.]+)">[^<]*印发</.exec(last) || [0, 0, 0];
    // The text ends 35 mm above the edge of a sheet of 841.89 pt.
    check(`the imprint is at the foot of the last page (${where === dir ? 'ours' : 'LibreOffice'})`, Math.abs(Number(printed[2]) - 742.7) < 12, printed[2]);
  }
  const sheet = run('unzip', '-p', join(dir, 'problems.xlsx'), 'xl/worksheets/sheet1.xml'), tall = [...sheet.matchAll(/<row r="\d+"[^>]* ht="(\d+)"/g)];
  check('a list as workbook prints on A4 with its head on each page and rows as high as their text', /<pageSetup paperSize="9"[^>]*orientation="landscape"/.test(sheet) && tall.length >= 20
    && Math.max(...tall.map((row) => Number(row[1]))) >= 60, `${tall.length} rows`);
  check('the printed list has its name above it', sheet.includes('<oddHeader>&amp;C&amp;A</oddHeader>'));
  check('the sheet has the name of the list', /<sheet name="问题清单"/.test(run('unzip', '-p', join(dir, 'problems.xlsx'), 'xl/workbook.xml')));
  const plan = run('pdftotext', join(dir, 'plan.pdf'), '-').replace(/\s/g, '');
  check('the plan counts 25 findings', plan.includes('共有问题25个'), '');
  check('every font of the plan is embedded', run('pdffonts', join(dir, 'plan.pdf')).split('\n').slice(2).filter(Boolean).every((line) => / yes yes /.test(line)));
  run(program, 'paper', 'LY-2026-002', '--kind', 'oscal', '--out', dir, ...where);
  const poam = JSON.parse(readFileSync(join(dir, 'poam.json'), 'utf8'));
  check('25 items, each with its risk', poam['plan-of-action-and-milestones']['poam-items'].length === 25 && poam['plan-of-action-and-milestones'].risks.length === 25);
  const schema = join(shared, 'cases/oscal/oscal_poam_schema.json');
  if (existsSync(schema)) {
    const Ajv = require('ajv').default, formats = require('ajv-formats').default;
    const ajv = new Ajv({ allErrors: true, strict: false });
    formats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
    const is_valid = validate(poam);
    check('the plan of action and milestones holds to the official schema', is_valid, JSON.stringify(validate.errors || []).slice(0, 600));
    const template = join(shared, 'cases/oscal/FedRAMP-POAM-OSCAL-Template.json');
    const said = run(program, 'import', template, '--ledger', 'LY-2026-002', ...where);
    check('the template of FedRAMP becomes findings', /2 new/.test(said), said);
  }
  const seed = join(shared, 'samples/cec-2024-bulletin.txt'), sql = (query) => run('sqlite3', join(dir, 'papers.db'), query).trim();
  if (existsSync(seed)) {
    run(program, 'import', seed, '--confirm', ...where);
    const writer = sql("SELECT a.login FROM account a JOIN role_grant g ON g.account_id = a.id WHERE g.role = 'office' LIMIT 1");
    const { no } = JSON.parse(run(program, 'run', 'bulletin.create', JSON.stringify({ source_id: Number(sql('SELECT max(id) FROM source')) }), '--as', writer, ...where));
    const told = run(program, 'compare', no, '--out', join(dir, 'differences.csv'), ...where);
    const figures = [...told.matchAll(/: (\d+) -> (\d+)$/gm)].map(([, before, after]) => (before === after ? Number(after) : NaN));
    check('a bulletin comes back from the register with its parts, sections, items, points, contacts and window', figures.join() === '4,5,7,7,5,16,22,4,15', told.slice(0, 800));
    check('every difference is listed, and there is none', /^0 differences/m.test(told), told.slice(-600));
    check('the differences are a table too', readFileSync(join(dir, 'differences.csv'), 'utf8').split('\r\n').length > 10);
    run(program, 'run', 'bulletin.change', JSON.stringify({ id: Number(sql('SELECT max(id) FROM bulletin')), title: '另一个标题', window_from: '2024-07-08', window_days: 14, window_first_day: true }), '--as', writer, ...where);
    const changed = run(program, 'compare', no, ...where);
    check('what was changed in it is told', /另一个标题/.test(changed) && / 15 -> 14$/m.test(changed), changed.slice(0, 900));
  }
  const [measure, unit] = run('sqlite3', join(dir, 'papers.db'), "SELECT m.id, f.unit_id FROM measure m JOIN finding f ON f.id = m.finding_id JOIN source s ON s.id = f.source_id WHERE s.no = 'LY-2026-002' LIMIT 1").trim().split('|');
  const office = run('sqlite3', join(dir, 'papers.db'), "SELECT a.login FROM account a JOIN role_grant g ON g.account_id = a.id WHERE g.role = 'office' LIMIT 1").trim();
  const task = JSON.parse(run(program, 'run', 'task.assign', JSON.stringify({ measure_id: Number(measure), unit_id: Number(unit), due: '2099-01-31' }), '--as', office, ...where)).id;
  run(program, 'run', 'task.accept', JSON.stringify({ id: task }), '--as', office, ...where);
  mkdirSync(join(dir, 'books'));
  run(program, 'book', '--out', join(dir, 'books'), ...where);
  const book = readdirSync(join(dir, 'books'));
  run('soffice', `-env:UserInstallation=file://${join(dir, 'office')}`, '--headless', '--convert-to', 'xlsx:Calc MS Excel 2007 XML', '--outdir', join(dir, 'saved'), join(dir, 'books', book[0]));
  const took = run(program, 'book', join(dir, 'saved', book[0]), '--apply', ...where);
  check('a workbook that another program has saved untouched changes nothing', book.length >= 1 && /0 written, 0 stale, [1-9]\d* untouched/.test(took), took);
  const again = run(program, 'import', join(dir, 'poam.json'), '--ledger', 'LY-2026-002', '--policy', 'skip', ...where);
  check('what was written is read again and known', /25 skipped/.test(again), again);
} catch (problem) {
  stopped_by(problem);
}
rmSync(dir, { recursive: true, force: true });
tell();
