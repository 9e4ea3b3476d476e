// Takes the pictures of docs/img anew from a running demonstration: what a window shows, not the whole page.
//
//   packaging/demo.sh build/bihuan /tmp/demo.db 8090 &        logins in /tmp/demo-logins.txt
//   node tests/e2e/pictures.mjs http://127.0.0.1:8090 --login USER --password-file FILE [--out docs/img]
//
// Where pngquant is installed (apt-get install pngquant), the files are a third as large.  Reads a document in for the confirm screen, so the database is one to throw away.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, sign_in, sizes } from './browser.mjs';
import { data_dir } from './server.mjs';

const { values: options, positionals: [base] } = parseArgs({ allowPositionals: true,
  options: { login: { type: 'string' }, 'password-file': { type: 'string' }, out: { type: 'string', default: 'docs/img' } } });
if (!base || !options.login || !options['password-file']) {
  console.error('usage: pictures.mjs BASE_URL --login USER --password-file FILE [--out DIR]');
  process.exit(64);
}
mkdirSync(options.out, { recursive: true });

const browser = await launch();
const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: sizes.wide });
const page = await context.newPage();
const open = (path) => page.goto(new URL(path, base).href, { waitUntil: 'networkidle' });
const take = async (name) => {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: join(options.out, `${name}.png`), animations: 'disabled' });
  if (existsSync('/usr/bin/pngquant')) execFileSync('/usr/bin/pngquant', ['--force', '--ext', '.png', '--speed', '1', join(options.out, `${name}.png`)]);
  console.log(name);
};
const first_link = (selector) => page.getAttribute(selector, 'href');

try {
  await sign_in(page, base, options.login, readFileSync(options['password-file'], 'utf8').trim());
  await open('/');
  await take('home');
  await open('/findings');
  for (const box of await page.locator('tbody input[type="checkbox"]').all().then((all) => all.slice(0, 2))) await box.check();
  await take('register');
  const finding = await first_link('tbody a[href^="/findings/"]');
  await open(finding);
  await take('finding');
  for (const [path, name] of [['/board', 'board'], ['/units', 'units'], ['/search?q=担保', 'search']]) {
    await open(path);
    await take(name);
  }
  const source = new URL(await page.goto(new URL('/map', base).href, { waitUntil: 'networkidle' }).then(() => page.url())).search;
  await take('map');
  await open(`/gantt${source}`);
  await take('timetable');

  await open('/sources/import');
  await page.setInputFiles('#file', join(data_dir, 'progress-bulletin.txt'));
  await page.click('[data-drop] .btn-primary');
  await page.waitForURL('**/drafts/*');
  await page.locator('a.draft-node.kind-finding').nth(1).click();
  await page.waitForSelector('#node-title');
  await take('confirm');
  await page.emulateMedia({ colorScheme: 'dark' });
  await take('confirm-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  await page.setViewportSize(sizes.narrow);
  for (const [path, name] of [['/findings', 'register-phone'], [finding, 'finding-phone']]) {
    await open(path);
    await take(name);
  }
} finally {
  await browser.close();
}
