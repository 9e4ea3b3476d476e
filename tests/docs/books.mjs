// Workbooks of units without access, saved again by LibreOffice: untouched nothing changes, changed cells are exactly the changes; a ZIP with
// evidence and a mail piped in; thousands of books in one run.  Prints TAP.
//
//   books.mjs PROGRAM DATA_DIR
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../../web/install.mjs';
import { zip, zip_all, zip_text } from '../e2e/zip.mjs';
import { check, run, stopped_by, tell } from './checks.mjs';

const [program, data] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url)), modules = createRequire(join(here, '../../web/package.json'));
install({ is_dev: true });
const dir = mkdtempSync(join(tmpdir(), 'bihuan-books-'));
const where = ['--db', join(dir, 'books.db'), '--files', join(dir, 'files')];
const sql = (text) => run('sqlite3', join(dir, 'books.db'), text).trim();
const events = () => Number(sql('SELECT count(*) FROM event'));
const office = (to, out, ...files) => run('soffice', `-env:UserInstallation=file://${join(dir, 'office')}`, '--headless', '--convert-to', to, '--outdir', join(dir, out), ...files);
const xlsx = 'xlsx:Calc MS Excel 2007 XML';
const archive = (files) => zip(files.map(([name, data]) => ({ name, data, store: true })));

// Puts cells into one row of the first sheet of a flat OpenDocument file: { column: text | number }.
function with_cells(fods, row_at, cells) {
  const table = fods.indexOf('<table:table ');
  const rows = [...fods.slice(table, fods.indexOf('</table:table>', table)).matchAll(/<table:table-row\b[^>]*>[\s\S]*?<\/table:table-row>/g)];
  const row = rows[row_at], open = /^<table:table-row\b[^>]*>/.exec(row[0])[0];
  const list = [];
  for (const [cell] of row[0].slice(open.length).matchAll(/<table:(?:covered-)?table-cell\b[^>]*?(?:\/>|>[\s\S]*?<\/table:(?:covered-)?table-cell>)/g)) {
    const times = Number(/number-columns-repeated="(\d+)"/.exec(cell)?.[1] || 1);
    for (let i = 0; i < times && list.length < 40; i++) list.push(cell.replace(/ table:number-columns-repeated="\d+"/, ''));
  }
  for (const [column, value] of Object.entries(cells)) {
    const style = /table:style-name="[^"]*"/.exec(list[column])?.[0] || '', rule = /table:content-validation-name="[^"]*"/.exec(list[column])?.[0] || '';
    const formula = String(value).startsWith('of:=') ? `table:formula="${value}"` : '';
    const typed = formula ? 'office:value-type="string" office:string-value="算出来的字"' : typeof value === 'number' ? `office:value-type="float" office:value="${value}"`
      : /^\d{4}-\d\d-\d\d$/.test(value) ? `office:value-type="date" office:date-value="${value}"` : 'office:value-type="string"';
    list[column] = `<table:table-cell ${style} ${rule} ${formula} ${typed}><text:p>${formula ? '算出来的字' : value}</text:p></table:table-cell>`;
  }
  const from = table + row.index;
  return fods.slice(0, from) + open + list.join('') + '</table:table-row>' + fods.slice(from + row[0].length);
}

function edited(book, name, changes) {
  let fods = readFileSync(book, 'utf8');
  for (const [row, cells] of changes) fods = with_cells(fods, row, cells);
  writeFileSync(join(dir, `${name}.fods`), fods);
  office(xlsx, 'edited', join(dir, `${name}.fods`));
  return join(dir, 'edited', `${name}.xlsx`);
}

function mail(from, files) {
  const part = ([name, bytes]) => `--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="=?UTF-8?B?${Buffer.from(name).toString('base64')}?="\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`;
  return `From: =?UTF-8?B?${Buffer.from('某某').toString('base64')}?= <${from}>\r\nTo: report@example.com\r\nSubject: report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplease find attached\r\n${files.map(part).join('')}--b--\r\n`;
}

try {
  run(program, 'demo', ...where, '--data', data);
  const [unit, code] = sql("SELECT t.unit_id, u.code FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.state IN ('doing', 'returned') GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 1").split('|');
  mkdirSync(join(dir, 'books'));
  const count = Number(run(program, 'book', '--out', join(dir, 'books'), ...where));
  check('each unit with open tasks has its book', count === Number(sql("SELECT count(DISTINCT unit_id) FROM task WHERE state IN ('doing', 'returned')")), count);
  const book = join(dir, 'books', `${code}.xlsx`);
  const again = () => { run(program, 'book', '--out', join(dir, 'books'), ...where); office('fods', 'flat', book); return join(dir, 'flat', `${code}.fods`); };

  office(xlsx, 'saved', book);
  const saved = join(dir, 'saved', basename(book)), before = events();
  const untouched = run(program, 'book', saved, ...where);
  check('saved untouched by LibreOffice: no difference', /^0 would be written, 0 stale, \d+ untouched, 0 wrong\s*$/.test(untouched), untouched);
  const took = run(program, 'book', saved, '--apply', ...where);
  check('saved untouched by LibreOffice: nothing is written', /^0 written, 0 stale, \d+ untouched, 0 files/.test(took) && events() === before, took);
  const sheet = zip_text(readFileSync(saved), 'xl/worksheets/sheet1.xml');
  check('drop-down, date and number rules and the lock outlive LibreOffice', ['type="list"', 'type="date"', 'type="decimal"', 'type="whole"', '<sheetProtection'].every((word) => sheet.includes(word)));

  const flat = again();
  const changed = edited(flat, 'changed', [[1, { 7: 45, 8: '已清理三笔', 9: '人手不足', 10: '继续清理', 11: 1234.5, 12: 2 }]]);
  const lines = run(program, 'book', changed, ...where).trim().split('\n');
  check('the changed row is the only difference', lines.length === 2 && /^2\tready\t/.test(lines[0]) && /^1 would be written, /.test(lines[1]), lines.join(' / '));
  const wrote = run(program, 'book', changed, '--apply', ...where);
  const no = lines[0].split('\t')[2];
  check('the changed row is written as it was typed', /^1 written/m.test(wrote) && sql(`SELECT r.progress_bp, r.done_text, r.next_text, r.recovered_fen, r.rules_made FROM report r JOIN task t ON t.id = r.task_id WHERE t.no = '${no}' AND r.state = 'submitted' ORDER BY r.id DESC LIMIT 1`) === '4500|已清理三笔|继续清理|123450|2', wrote);
  const stale = run(program, 'book', changed, ...where);
  check('the same book once more is stale, and says what to do', stale.startsWith('2\tstale\t') && stale.includes('请重新下载'), stale);
  const formula = edited(again(), 'formula', [[1, { 7: 50, 8: '=1+1 @SUM', 9: '无', 10: '下一步' }]]);
  check('what looks like a formula comes back as the text that was typed', run(program, 'book', formula, ...where).includes('\tready\t'));

  // A ZIP with a name in GBK, packed the Windows way.
  const pdf = Buffer.from('%PDF-1.4\n%%EOF\n'), gbk = Buffer.from([0xba, 0xcf, 0xcd, 0xac]);
  const picked = edited(again(), 'picked', [[1, { 14: '凭证', 15: '2026-01-15' }]]);
  writeFileSync(join(dir, 'back.zip'), archive([['填报/tasks.xlsx', readFileSync(picked)], [Buffer.concat([Buffer.from(`${no} `), gbk, Buffer.from('.pdf')]), pdf]]));
  const packed = run(program, 'book', join(dir, 'back.zip'), '--apply', ...where);
  check('a ZIP brings evidence to its task, a name in GBK too', /0 written, 0 stale, \d+ untouched, 1 files/.test(packed) &&
    sql(`SELECT e.class, v.made_on, v.file_name FROM evidence e JOIN task t ON t.id = e.home_id AND e.home_kind = 'task' JOIN evidence_version v ON v.evidence_id = e.id WHERE t.no = '${no}' ORDER BY e.id DESC LIMIT 1`) === `voucher|2026-01-15|${no} 合同.pdf`, packed);
  check('the same ZIP once more brings nothing', /, 0 files/.test(run(program, 'book', join(dir, 'back.zip'), '--apply', ...where)));

  // A mail server pipes a mail in.
  const address = sql(`SELECT p.email FROM person p JOIN unit_anc a ON a.ancestor = p.unit_id WHERE a.unit = ${unit} AND p.email <> '' LIMIT 1`);
  const report = edited(again(), 'report', [[1, { 7: 60, 8: '邮件报来', 9: '无', 10: '继续' }]]);
  const pipe = (text, ...more) => spawnSync(program, ['book', '--mail', '-', ...more, ...where], { input: text, encoding: 'utf8' });
  const stranger = pipe(mail('nobody@elsewhere.example', [['tasks.xlsx', readFileSync(report)]]), '--apply'), at = events();
  check('a mail of a stranger is refused', stranger.status === 0 && stranger.stdout.includes('全部未写入') && stranger.stdout.includes('登记邮箱') && events() === at, stranger.stdout + stranger.stderr);
  const looked = pipe(mail(address.toUpperCase(), [['tasks.xlsx', readFileSync(report)]]));
  check('a mail is looked at without --apply', looked.stdout.includes('可写入 1 项') && events() === at, looked.stdout + looked.stderr);
  const inner = archive([['tasks.xlsx', readFileSync(report)], [`${no} 纪要.txt`, Buffer.from('会议纪要\n')]]);
  const mailed = pipe(mail(address, [['报送.zip', inner]]), '--apply');
  check('a mail with a ZIP is written and answered', mailed.status === 0 && mailed.stdout.includes('进展 1 项，佐证文件 1 个') && sql(`SELECT count(*) FROM report WHERE done_text = '邮件报来'`) === '1', mailed.stdout + mailed.stderr);
  // The same through a mail server: it hands the mail to packaging/mail-return.sh, whose answer goes back through it.
  const { SMTPServer } = modules('smtp-server'), { createTransport } = modules('nodemailer'), boxes = {};
  const server = new SMTPServer({ disabledCommands: ['AUTH', 'STARTTLS'], onData(stream, session, done) {
    const to = session.envelope.rcptTo[0].address, pieces = [];
    stream.on('data', (piece) => pieces.push(piece)).on('end', () => {
      const text = Buffer.concat(pieces);
      if (to !== 'report@example.com') { (boxes[to] ||= []).push(text.toString()); return done(); }
      const child = spawn(join(here, '../../packaging/mail-return.sh'), [session.envelope.mailFrom.address, ...where], { env: { ...process.env, BIHUAN: program, SENDMAIL: join(dir, 'sendmail') } });
      child.stdin.on('error', () => {}).end(text);
      child.on('close', (code) => done(code ? Object.assign(new Error('try again'), { responseCode: 451 }) : null));
    });
  } });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = server.server.address().port;
  writeFileSync(join(dir, 'sendmail'), `#!/bin/sh\nexec curl -sS --url smtp://127.0.0.1:${port} --mail-from report@example.com --mail-rcpt "$3" --upload-file -\n`, { mode: 0o755 });
  const post = (from, files) => createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }).sendMail({ from, to: 'report@example.com', subject: '报送', text: '附后', attachments: files.map(([filename, content]) => ({ filename, content })) });
  const answer_to = (who) => Buffer.from((boxes[who] || ['']).at(-1).split(/\r?\n\r?\n/).slice(1).join('\n\n')).toString();
  const posted = edited(again(), 'posted', [[1, { 7: 70, 8: '经邮局报来', 9: '无', 10: '收尾' }]]);
  await post(address, [['任务填报表.xlsx', readFileSync(posted)]]);
  check('a book sent through a mail server is written, and its sender has the answer', sql("SELECT count(*) FROM report WHERE done_text = '经邮局报来'") === '1' && answer_to(address).includes('进展 1 项'), answer_to(address));
  await post(address, [['说明.txt', Buffer.from('忘了附表')]]);
  check('who forgot the book is told so', answer_to(address).length > 10 && !answer_to(address).includes('进展 1 项'), answer_to(address));
  where[1] = join(dir, 'gone', 'books.db');
  const deferred = await post(address, [['任务填报表.xlsx', readFileSync(posted)]]).catch((problem) => problem.responseCode);
  where[1] = join(dir, 'books.db');
  check('while the program cannot work the mail server keeps the mail', deferred === 451, deferred);
  await new Promise((resolve) => server.close(resolve));

  // A From is what the sender writes: without the book that was given out nothing is written, and nothing of the register is told.
  const fresh = (name, ...who) => { run(program, 'book', ...who, '--out', join(dir, 'books'), ...where); office('fods', 'flat', book); return edited(join(dir, 'flat', `${code}.fods`), name, [[1, { 7: 70, 8: '冒名', 9: '无', 10: '无' }]]); };
  const forged = (file, from = address) => { const was = events(), said = pipe(mail(from, [['tasks.xlsx', readFileSync(file)]]), '--apply'); return [said.stdout, events() === was && said.status === 0 && said.stdout.includes('全部未写入') && !said.stdout.includes(no), said.stderr]; };
  const parts = (file, change) => { const to = file.replace('.xlsx', '-other.xlsx'); writeFileSync(to, archive(zip_all(readFileSync(file)).map(([name, data]) => [name, Buffer.from(change(data.toString('latin1'), name), 'latin1')]))); return to; };
  const mine = fresh('mine'), token = zip_all(readFileSync(mine)).map(([, data]) => data.toString().match(/1 \d+ [\d-]{10} \S+ ([0-9a-f]{64})/)).find(Boolean);
  check('a book carries its token', token && token[0].startsWith(`1 ${unit} `), token);
  const none = forged(parts(mine, (text) => text.replace(token[0], '')));
  check('a book without its token writes nothing, and says where to get one', none[1] && none[0].includes('没有凭据') && none[0].includes('索取新的填报表'), none);
  const wrong = forged(parts(mine, (text) => text.replace(token[1], token[1].replace(/./, (c) => (c === '0' ? '1' : '0')))));
  check('a token that was made up writes nothing', wrong[1] && wrong[0].includes('凭据无效'), wrong);
  const moved = forged(parts(mine, (text) => text.replace(token[0], token[0].replace(`1 ${unit} `, `1 ${Number(unit) + 1} `))));
  check('a token moved to another unit writes nothing', moved[1] && moved[0].includes('凭据无效'), moved);
  const elsewhere = fresh('elsewhere', code, '--to', 'somebody.else@elsewhere.example'), borrowed = forged(elsewhere);
  check('a book that was given to another address writes nothing', borrowed[1] && borrowed[0].includes('发给另一个邮箱'), borrowed);
  const given = pipe(mail(address, [['tasks.xlsx', readFileSync(fresh('given', code, '--to', address.toUpperCase()))]]));
  check('the addressee hands it in', given.stdout.includes('可写入 1 项'), given.stdout + given.stderr);
  const unit_two = sql(`SELECT u.code FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.state IN ('doing', 'returned') AND u.code <> '${code}' LIMIT 1`);
  run(program, 'book', unit_two, '--out', join(dir, 'books'), ...where);
  const theirs = zip_all(readFileSync(join(dir, 'books', `${unit_two}.xlsx`))).map(([, data]) => data.toString().match(/1 \d+ [\d-]{10} \S+ [0-9a-f]{64}/)).find(Boolean), was = events();
  const lent = pipe(mail(address, [['tasks.xlsx', readFileSync(parts(mine, (text) => text.replace(token[0], theirs[0])))]]), '--apply');
  check('the token of another unit writes nothing here', lent.stdout.includes('不属于本填报表的单位') && lent.stdout.includes('全部未写入') && events() === was, lent.stdout + lent.stderr);
  check('a unit without open tasks has no book', spawnSync(program, ['book', 'no-such-unit', '--out', dir, ...where], { encoding: 'utf8' }).stderr.includes('no-such-unit'));

  const empty = pipe(mail(address, [['x.txt', Buffer.from('x')]]), '--apply');
  check('a mail without a book says so', empty.status !== 0 && empty.stderr.length > 0, empty.stdout + empty.stderr);
  const macro = pipe(mail(address, [['evil.xlsm', archive([['[Content_Types].xml', Buffer.from('<Types xmlns="x"><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>')], ['xl/workbook.xml', Buffer.from('<workbook/>')]])]]), '--apply');
  check('a workbook with macros is refused by its name', macro.status !== 0 && macro.stderr.includes('evil.xlsm'), macro.stdout + macro.stderr);
  run(program, 'check', ...where);
} catch (problem) {
  stopped_by(problem);
}
rmSync(dir, { recursive: true, force: true });
tell();
