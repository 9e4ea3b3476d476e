// Looks at pages of a running server: pictures at both widths, axe rules, overflow, script and policy errors.
//
//   node tests/e2e/shot.mjs BASE_URL --out DIR [--login USER --password-file FILE | --cookie NAME=VALUE]
//                           [--theme auto|light|dark] [--no-pictures] PATH...
//
// Prints one line for each fault ("PATH WIDTH: ...") and ends with 1 when there is one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, look, sign_in, sizes } from './browser.mjs';

const options = { out: '/tmp/bihuan-shots', login: null, 'password-file': null, cookie: null, theme: null };
const words = [];
let has_pictures = true;
for (let i = 2; i < process.argv.length; i++) {
  const word = process.argv[i];
  if (word === '--no-pictures') has_pictures = false;
  else if (word.startsWith('--') && word.slice(2) in options) options[word.slice(2)] = process.argv[++i];
  else words.push(word);
}
const [base, ...paths] = words;
if (!base || !paths.length) {
  console.error('usage: shot.mjs BASE_URL --out DIR [--login USER --password-file FILE | --cookie NAME=VALUE] PATH...');
  process.exit(64);
}

async function enter(context) {
  const page = await context.newPage();
  await sign_in(page, base, options.login, readFileSync(options['password-file'], 'utf8').trim());
  if (new URL(page.url()).pathname === '/login') throw new Error('sign-in was refused');
  await page.close();
}

const browser = await launch();
let faults = 0;
try {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  if (options.cookie) {
    const [name, ...rest] = options.cookie.split('=');
    await context.addCookies([{ name, value: rest.join('='), url: base }]);
  }
  if (options.theme) await context.addCookies([{ name: 'theme', value: options.theme, url: base }]);
  if (options.login) await enter(context);
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const path of paths) {
      const name = path.replace(/^\//, '').replace(/[^A-Za-z0-9]+/g, '-') || 'home';
      const file = has_pictures ? join(options.out, `${name}-${size}.png`) : null;
      const lines = await look(context, new URL(path, base).href, file, viewport);
      faults += lines.length;
      for (const line of lines) console.log(`${path} ${viewport.width}: ${line}`);
    }
  }
} finally {
  await browser.close();
}
console.log(`${faults} faults${has_pictures ? `; pictures in ${options.out}` : ''}`);
process.exitCode = faults ? 1 : 0;
