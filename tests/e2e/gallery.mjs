// Takes a picture of each screen of a running demonstration, to be looked at: at 1440 and at 390, ten in English and ten in dark.
//
//   packaging/demo.sh build/bihuan /tmp/demo.db 8090 &        the public pages on 8091
//   node tests/e2e/gallery.mjs http://127.0.0.1:8090 --logins /tmp/demo-logins.txt --public http://127.0.0.1:8091 --out DIR [--only WORD]
//
// A screen is a route of data/routes.def with what stands there; of the forms that are made from the table of a command some are taken.
// Prints a line for each page that fails or sticks out of the window, and ends with 1 when there is one; routes.mjs asks axe.  docs/screens.md
// says what was seen and mended.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, overflow_lines, sizes } from './browser.mjs';
import { discover, routes, sign_in_all, template_of } from './screens.mjs';

const { values: options, positionals: [address] } = parseArgs({ allowPositionals: true,
  options: { logins: { type: 'string' }, public: { type: 'string' }, out: { type: 'string' }, only: { type: 'string', default: '' } } });
if (!address || !options.logins || !options.out) {
  console.error('usage: gallery.mjs BASE_URL --logins FILE --out DIR [--public BASE_URL] [--only WORD]');
  process.exit(64);
}
const alike = new Set(['"command_form"', '"step_form"']), alike_max = 3; // made from the table of a command
const tallest = { wide: 2400, narrow: 2600 };
const chosen = ['/', '/findings', '/findings/{id}', '/tasks/{id}', '/board', '/map', '/gantt', '/reviews/{id}', '/letters/{id}', '/findings/{id}/submit'];
const passwords = Object.fromEntries(readFileSync(options.logins, 'utf8').split('\n').map((line) => line.trim().split(/\s+/)).filter((words) => words.length >= 4));

function choose({ known, opened }) {
  const list = [], taken = new Map();
  for (const route of routes) {
    const path = [...known.get(route)].find((one) => opened.get(one)), template = template_of.get(route);
    if (!path) continue;
    taken.set(template, (taken.get(template) || 0) + 1);
    if (alike.has(template) && taken.get(template) > alike_max) continue;
    list.push({ route, path, login: opened.get(path) });
  }
  return list;
}

const name_of = (route) => route.replace(/\{\w+\}/g, 'one').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'home';

async function take(page, url, file, size) {
  await page.setViewportSize(sizes[size]);
  const answer = await page.goto(url, { waitUntil: 'load' });
  const lines = [...(answer.status() >= 400 ? [`status ${answer.status()}`] : []), ...await overflow_lines(page)];
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled', clip: { x: 0, y: 0, width: sizes[size].width, height: Math.min(height, tallest[size]) } });
  return lines.map((line) => `${url} ${size}: ${line}`);
}

mkdirSync(options.out, { recursive: true });
const browser = await launch(), faults = [], taken = [];
try {
  const contexts = await sign_in_all(browser, address, passwords);
  const screens = choose(await discover({ address, contexts }));
  if (options.public) {
    contexts[''] = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
    const index = await (await contexts[''].request.get(options.public)).text(), no = /(TB-[0-9]+-[0-9]+)\.html/.exec(index)[1];
    for (const path of ['/index.html', `/${no}.html`, `/comment?no=${no}`, '/receipt']) screens.push({ route: `/public${path}`, path, login: '' });
  }
  const pages = {};
  for (const { route, path, login } of screens.filter((one) => one.route.includes(options.only))) {
    const page = pages[login] ??= await contexts[login].newPage(), url = (login ? address : options.public) + path;
    const shoot = async (size, suffix = '') => {
      const file = `${name_of(route)}-${size}${suffix}.png`;
      faults.push(...await take(page, url, join(options.out, file), size));
      taken.push(`${file}\t${path}\t${login}`);
    };
    for (const size of Object.keys(sizes)) await shoot(size);
    if (!chosen.includes(route)) continue;
    for (const [key, value] of [['lang', 'en'], ['theme', 'dark']]) {
      await contexts[login].addCookies([{ name: key, value, url: address }]);
      await shoot(taken.length % 4 < 2 ? 'wide' : 'narrow', `-${value}`);
      await contexts[login].clearCookies({ name: key });
    }
  }
} finally {
  await browser.close();
}
writeFileSync(join(options.out, 'list.txt'), `${taken.join('\n')}\n`);
for (const line of faults) console.log(line);
console.log(`${taken.length} pictures, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
