// The real program on a database of its own with the demonstration group, for the browser tests: SQLite in a new
// directory, or a new database of the PostgreSQL server that BIHUAN_TEST_PG_URL names.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const data_dir = join(dirname(fileURLToPath(import.meta.url)), '../../data/demo');

// The same server with another database name: postgresql://user@host/NAME?options.
function with_database(url, name) {
  const [head, tail] = url.split('?');
  return `${head.slice(0, head.lastIndexOf('/') + 1)}${name}${tail ? `?${tail}` : ''}`;
}

// The demonstration group in a new SQLite database.  Loading it takes the longest of a test, so it is done once for a program and a day,
// beside the program, and copied; gives what the loading printed.
async function load_demo(program, directory) {
  const kept = join(dirname(program), 'demo-loaded');
  const loaded_for = `${statSync(program).mtimeMs} ${statSync(join(data_dir, 'scenario.json')).mtimeMs} ${new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)}`;
  if (!existsSync(join(kept, 'for')) || readFileSync(join(kept, 'for'), 'utf8') !== loaded_for) {
    const fresh = mkdtempSync(join(dirname(program), 'demo-loading-'));
    const { stdout } = await run(program, ['demo', '--db', join(fresh, 'flow.db'), '--files', join(fresh, 'files'), '--data', data_dir], { maxBuffer: 1 << 24 });
    writeFileSync(join(fresh, 'printed'), stdout);
    writeFileSync(join(fresh, 'for'), loaded_for);
    rmSync(kept, { recursive: true, force: true });
    renameSync(fresh, kept);
  }
  cpSync(kept, directory, { recursive: true });
  return readFileSync(join(kept, 'printed'), 'utf8');
}

// Starts the program; gives its address, the password of each sign-in, its log so far and a function that stops it.
export async function start_product({ program, engine, has_public = false }) {
  const directory = mkdtempSync(join(tmpdir(), 'bihuan-e2e-'));
  let db = join(directory, 'flow.db');
  const server = process.env.BIHUAN_TEST_PG_URL;
  const name = `flow_${process.pid}`;
  const psql = (sql) => execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-c', sql, server]);
  if (engine === 'postgres') {
    psql(`create database ${name} encoding 'UTF8' template template0`);
    db = with_database(server, name);
  }
  const where = ['--db', db, '--files', join(directory, 'files')];
  const stdout = engine === 'sqlite' ? await load_demo(program, directory)
    : (await run(program, ['demo', ...where, '--data', data_dir], { maxBuffer: 1 << 24 })).stdout;
  const passwords = {};
  for (const line of stdout.split('\n')) {
    const [login, password, role] = line.trim().split(/\s+/);
    if (/^[a-z_]+$/.test(role || '')) passwords[login] = password;
  }
  // One more of the office, who like everybody made by an administrator must choose a password of their own.
  const added = await run(program, ['user', 'add', 'xiangming', '向明', 'office', ...where]);
  passwords.xiangming = /\S+-\S+-\S+-\S+/.exec(added.stdout)[0];
  const child = spawn(program, ['serve', ...where, '--port', '0', '--strict-templates', 'true', ...(has_public ? ['--public-listen', '127.0.0.1:0'] : [])], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  const ended = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  const addresses = {};
  await new Promise((found, failed) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        const match = /(public: )?(http:\/\/127\.0\.0\.1:\d+)/.exec(line);
        if (match) addresses[match[1] ? 'public_address' : 'address'] = match[2];
        if (addresses.address && (addresses.public_address || !has_public)) found();
      });
    ended.then(({ code, signal }) => failed(new Error(`serve ended with ${code ?? signal}: ${log.join('\n')}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const end = await ended;
    if (engine === 'postgres') psql(`drop database ${name} with (force)`);
    rmSync(directory, { recursive: true, force: true });
    return end;
  };
  return { ...addresses, passwords, log, stop, where, demo_text: stdout };
}
