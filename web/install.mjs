// Brings the pinned npm packages into web/node_modules, once for each package-lock.json.
// Several builds may ask at once: a directory is the lock, a stamp says what is installed.
// `--dev` also brings the tools that only tests use.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const lock_dir = join(here, '.npm-lock');
const stamp_file = join(here, 'node_modules', '.bihuan-stamp');

function installed(wanted, is_dev) {
  if (!existsSync(stamp_file)) return false;
  const [digest, kind] = readFileSync(stamp_file, 'utf8').trim().split(' ');
  return digest === wanted && (kind === 'dev' || !is_dev);
}

function sleep_ms(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

export function install({ is_dev = false } = {}) {
  const wanted = createHash('sha256').update(readFileSync(join(here, 'package-lock.json'))).digest('hex');
  const give_up_ms = Date.now() + 10 * 60 * 1000;
  while (!installed(wanted, is_dev)) {
    try {
      mkdirSync(lock_dir);
    } catch (problem) {
      if (problem.code !== 'EEXIST') throw problem;
      const age_ms = existsSync(lock_dir) ? Date.now() - statSync(lock_dir).mtimeMs : 0;
      if (age_ms > 5 * 60 * 1000) rmSync(lock_dir, { recursive: true, force: true });
      if (Date.now() > give_up_ms) throw new Error('waited 10 minutes for another npm ci in web/');
      sleep_ms(500);
      continue;
    }
    try {
      const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
      if (!is_dev) args.push('--omit=dev');
      execFileSync('npm', args, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
      writeFileSync(stamp_file, `${wanted} ${is_dev ? 'dev' : 'run'}\n`);
    } finally {
      rmSync(lock_dir, { recursive: true, force: true });
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install({ is_dev: process.argv.includes('--dev') });
