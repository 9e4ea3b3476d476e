// Rules on the sources that no compiler checks: layers, foreign headers, lengths, banned calls, ASCII, SQL, headers that
// compile alone, permissions that exist, format.  Prints TAP.
//
//   sources.mjs SOURCE_ROOT BUILD_ROOT CC [CFLAG...]
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const [root, build, cc, ...flags] = process.argv.slice(2);
process.chdir(root);

// DESIGN.md: base < text,calendar < db < record < loop,watch < intake,publish,access < serve < cli < main
const layers = [['base'], ['text', 'calendar'], ['db'], ['record'], ['loop', 'watch'], ['intake', 'publish', 'access'], ['serve'], ['cli']];
const level = new Map(layers.flatMap((rooms, at) => rooms.map((room) => [room, at])));
// Shown by every room, owned by serve: the texts people read have no dependency but base.
const open_headers = new Set(['serve/messages.h']);
const standard = new Set((
  'assert ctype dirent errno fcntl glob grp inttypes limits locale math netdb poll pthread pwd regex sched setjmp signal stdalign ' +
  'stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings time unistd spawn ftw syslog getopt malloc elf ' +
  'semaphore uchar wchar').split(' '));
const banned = ['strcpy', 'strcat', 'sprintf', 'vsprintf', 'strncpy', 'strtok', 'atoi', 'atol', 'atof', 'gets', 'system', 'popen', 'alloca'];
const lines_max = 640; // "about 600", with room for the formatter
const chinese_tables = /^src\/(text\/|intake\/outline|intake\/draft_build)/;
// Programs that run while building, with no room of their own.
const build_tools = new Set(['src/serve/static_embed.c', 'src/serve/template_embed.c', 'src/serve/messages_compile.c', 'src/calendar/maketable.c', 'src/publish/paper_embed.c']);
// Digests belong to text, password hashes to access; neither may stand on the other's wrapper.
// Drawings and set text are two things; what is read from outside is read in the sandbox, what we write is not.
const two_users = new Map([['sqlite3.h', ['src/db/sqlite.c', 'src/db/sqlite_log.c']],
  ['sodium.h', ['src/access/password.c', 'src/text/digest.c', 'src/text/seal.c']],
  ['cairo-pdf.h', ['src/publish/canvas.c', 'src/publish/doc_pdf.c', 'src/publish/font_layout.c']], ['pango/pangocairo.h', ['src/publish/canvas.c', 'src/publish/doc_lay.c', 'src/publish/doc_pdf.c', 'src/publish/doc_text.c', 'src/publish/font_layout.c']],
  ['libpq-fe.h', ['src/db/postgres.h']], // the private header of the two files of that engine
  ['zip.h', ['src/intake/reader_zip.c', 'src/publish/zip_file.c']], ['expat.h', ['src/intake/reader_xml.c', 'src/publish/xml_tree.c']]]);
// Compares all tables of two databases by the names that the engine gives; no statement could be named before.
const maintenance = new Set(['src/record/maintain.c']);

const read = (path) => readFileSync(path, 'utf8');
const walk = (dir) => readdirSync(dir, { withFileTypes: true }).flatMap((one) => {
  const path = join(dir, one.name);
  return one.isDirectory() ? walk(path) : [path];
});
const sources = walk('src').filter((path) => /\.[ch]$/.test(path)).sort();
const texts = new Map(sources.map((path) => [path, read(path)]));
const newlines = (text) => '\n'.repeat(text.split('\n').length - 1);
const without_comments = (text) => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, newlines);
const without_strings = (text) => text.replace(/"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])*'/g, '""');
const codes = new Map([...texts].map(([path, text]) => [path, without_comments(text)]));
const room_of = (path) => (path.split('/').length > 2 ? path.split('/')[1] : null);
const results = [];
const check = (name, faults) => results.push([name, faults]);
const each_line = (text, visit) => text.split('\n').forEach((line, at) => visit(line, at + 1));

let faults = [];
for (const [path, code] of codes) {
  const mine = room_of(path);
  for (const [, header] of code.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
    const other = header.split('/')[0];
    if (!header.includes('/') || !level.has(other) || !mine || open_headers.has(header) || other === mine) continue;
    if (level.get(other) >= level.get(mine)) faults.push(`${path} includes ${header}`);
  }
}
check('rooms include only rooms below them', faults);

const users = new Map();
for (const [path, code] of codes) {
  if (build_tools.has(path)) continue;
  for (const [, header] of code.matchAll(/^\s*#\s*include\s+<([^>]+)>/gm)) {
    if (standard.has(header.slice(0, -2)) || /^(sys|netinet|arpa|linux|net)\//.test(header)) continue;
    users.set(header, [...(users.get(header) || []), path]);
  }
}
const is_allowed = (header, paths) => (paths.length === 1 && paths[0].endsWith('.c')) || two_users.get(header)?.join() === paths.join();
check('each foreign header is included by one .c', [...users].filter(([header, paths]) => !is_allowed(header, paths)).map(([header, paths]) => `${header}: ${paths.join(', ')}`));

const shaped = spawnSync('clang-format', ['--dry-run', '-Werror', ...[...walk('src'), ...walk('tests')].filter((path) => /\.[ch]$/.test(path))], { encoding: 'utf8', maxBuffer: 1 << 28 });
const misshapen = (shaped.stderr || '').split('\n').filter((line) => /: error: code should be clang-formatted/.test(line)).map((line) => line.split(':')[0]);
check('every file is as clang-format writes it', shaped.error ? [String(shaped.error)] : [...new Set(misshapen)]);

check(`no file is over ${lines_max} lines`, [...texts].map(([path, text]) => [path, text.split('\n').length - 1])
  .filter(([path, lines]) => lines > lines_max).map(([path, lines]) => `${path}: ${lines} lines`));

faults = [];
const call = new RegExp(`(?<![\\w>.])(${banned.join('|')})\\s*\\(`, 'g');
for (const [path, code] of codes)
  each_line(without_strings(code), (line, at) => { for (const [, name] of line.matchAll(call)) faults.push(`${path}:${at}: ${name}`); });
check('no banned call', faults);

faults = [];
for (const [path, text] of texts)
  if (!chinese_tables.test(path)) each_line(text, (line, at) => { if (/[^\x00-\x7f]/.test(line)) faults.push(`${path}:${at}`); });
check('sources are ASCII but for tables of Chinese marks', faults);

faults = [];
const statement = /"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|ALTER\s+TABLE)\b/;
for (const [path, code] of codes) // the db room has the migrator's own table, pragmas and checks of the engines
  if (!maintenance.has(path) && room_of(path) !== 'db') each_line(code, (line, at) => { if (statement.test(line)) faults.push(`${path}:${at}`); });
check('no SQL in C', faults);

faults = [];
for (const path of walk('sql/query').sort()) {
  for (const block of read(path).split(/^-- :(?:name|list)\s+/m).slice(1)) {
    const has_scope = /^-- scope: \S/m.test(block) && (block.includes('{scope ') || block.split('\n')[0].includes(' like '));
    if (!/^-- unscoped: \S/m.test(block) && !has_scope) faults.push(`${path}: ${block.split(/\s/)[0]}`);
  }
}
check('every query has a scope or says why not', faults);

const perms = new Set([...read('data/roles.def').matchAll(/^PERM\((\w+)/gm)].map(([, perm]) => perm));
faults = [...read('data/routes.def').matchAll(/^ROUTE\(\w+,\s*"([^"]+)",\s*(\w+)/gm)]
  .filter(([, , perm]) => !perms.has(perm) && perm !== 'PUBLIC').map(([, path, perm]) => `${path}: ${perm}`);
const all_code = [...codes.values()].join('\n');
for (const [, command] of read('data/commands.def').matchAll(/^COMMAND\((\w+)\)/gm)) {
  const body = all_code.match(new RegExp(`const struct command command_${command} = \\{([\\s\\S]*?)\\};`));
  const perm = body && body[1].match(/\.perm = PERM_(\w+)/);
  if (!perm || !perms.has(perm[1])) faults.push(`command ${command}`);
}
check('every route and command names a permission that exists', faults);

for (const [kind, pattern] of [['route', /^ROUTE\((\w+,\s*"[^"]+")/gm], ['command', /^COMMAND\((\w+)\)/gm]]) {
  const rows = [...read(`data/${kind}s.def`).matchAll(pattern)].map(([, row]) => row);
  check(`no ${kind} stands twice`, [...new Set(rows.filter((row, at) => rows.indexOf(row) !== at))]);
}

faults = [];
for (const [path, text] of texts) each_line(text, (line, at) => { if (/\b(TODO|FIXME|XXX|HACK)\b/.test(line)) faults.push(`${path}:${at}`); });
check('nothing is left for later', faults);

const temp = mkdtempSync(join(tmpdir(), 'bihuan-headers-'));
const run = promisify(execFile);
const headers = sources.filter((path) => path.endsWith('.h')).map((path) => path.slice(4));
faults = [];
const compile_alone = async (lane) => {
  for (let at = lane; at < headers.length; at += 2) {
    const file = join(temp, `${at}.c`);
    writeFileSync(file, `#include "${headers[at]}"\n`);
    try {
      await run(cc, ['-std=gnu17', '-fsyntax-only', '-D_GNU_SOURCE', '-DBIHUAN_VERSION="0"', '-Isrc', `-I${build}/src`, `-I${build}/src/db`, ...flags, file]);
    } catch (problem) {
      faults.push(`${headers[at]}: ${String(problem.stderr || problem.message).split('\n')[0]}`);
    }
  }
};
await Promise.all([compile_alone(0), compile_alone(1)]);
rmSync(temp, { recursive: true });
check('every header compiles alone', faults);

console.log(`1..${results.length}`);
results.forEach(([name, found], at) => {
  console.log(`${found.length ? 'not ok' : 'ok'} ${at + 1} - ${name}`);
  for (const fault of found) console.log(`# ${fault}`);
});
process.exitCode = results.some(([, found]) => found.length) ? 1 : 0;
