// Renders every template with invented data and looks at it in Chromium: no server of the product needed.
//
//   node tests/e2e/preview.mjs [--out DIR] [--only NAME,NAME] [--lang en] [--static DIR] [--no-pictures] [--serve] [--data]
//
// --serve leaves the pages open on a local port; --data rewrites web/templates/DATA.md from the templates' use of
// the sample.
import { createServer } from 'node:http';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Templates } from './mustache.mjs';
import { pages } from './sample.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const here = new URL('.', import.meta.url).pathname;
const web_dir = join(here, '../../web');
const static_dir = option('--static', join(web_dir, 'static-build'));
const lang = option('--lang', 'zh');

function messages() {
  const found = new Map();
  const po = join(here, `../../data/messages/${lang}.po`);
  if (existsSync(po)) for (const match of readFileSync(po, 'utf8').matchAll(/msgid "(.+?)"\nmsgstr "(.*?)"/g)) found.set(match[1], match[2]);
  const def = join(here, '../../data/messages/look.def');
  if (existsSync(def)) for (const line of readFileSync(def, 'utf8').split('\n').filter(Boolean)) {
    const [key, zh, en] = line.split('\t');
    found.set(key, lang === 'en' ? en : zh);
  }
  return found;
}
const texts = messages();
const constants = (key) => (key.startsWith('t.') ? texts.get(key.slice(2)) : `/static/${key.slice(7)}`);

function write_data_list() {
  const shapes = new Map();
  const type_of = (value) => value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value === 'object' ? 'map' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'int' : 'text';
  for (const [name, { template = name, data }] of Object.entries(pages)) {
    if (!shapes.has(template)) shapes.set(template, new Map());
    const uses = shapes.get(template);
    new Templates(join(web_dir, 'templates'), constants, (path, value) => {
      if (!uses.has(path)) uses.set(path, new Set());
      uses.get(path).add(type_of(value));
    }).render(template, data);
  }
  const users_of = (path) => [...shapes.values()].filter((uses) => uses.has(path));
  const common = [...new Set([...shapes.values()].flatMap((uses) => [...uses.keys()]))].filter((path) => users_of(path).length > 12 || /^(flash|crumbs|errors)\b/.test(path));
  const everywhere = common.sort().map((path) => [path, new Set(users_of(path).flatMap((uses) => [...uses.get(path)]))]);
  const line = ([path, types]) => `- \`${path}\`: ${[...types].sort().join(' | ')}`;
  const at_first = readFileSync(join(web_dir, 'templates/DATA.md'), 'utf8').split('<!-- generated -->')[0];
  let out = `${at_first}<!-- generated -->\n\n## Every page (layout.html)\n\n${everywhere.map(line).join('\n')}\n`;
  for (const [name, uses] of [...shapes].sort()) out += `\n## ${name}\n\n${[...uses].filter(([path]) => !common.includes(path)).sort().map(line).join('\n')}\n`;
  writeFileSync(join(web_dir, 'templates/DATA.md'), out);
}

if (process.argv.includes('--data')) {
  write_data_list();
  process.exit(0);
}

const present = readdirSync(join(web_dir, 'templates')).filter((name) => name.endsWith('.html')).sort();
const unseen = present.map((name) => name.slice(0, -5)).filter((name) => !/^(_|layout)/.test(name) && !Object.entries(pages).some(([key, page]) => (page.template || key) === name));
if (unseen.length) {
  console.error(`no sample for: ${unseen.join(' ')}`);
  process.exit(1);
}

const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const server = createServer((request, answer) => {
  const url = new URL(request.url, 'http://localhost');
  const file = url.pathname.match(/^\/static\/([a-z.]+)$/);
  if (file && existsSync(join(static_dir, file[1]))) {
    answer.writeHead(200, { 'Content-Type': types[file[1].split('.').pop()] }).end(readFileSync(join(static_dir, file[1])));
    return;
  }
  const [, name, theme = 'light'] = url.pathname.split('/');
  const page = pages[name];
  if (!page) {
    answer.writeHead(404).end();
    return;
  }
  const data = { ...page.data, theme, lang: lang === 'en' ? 'en' : 'zh-CN' };
  try {
    const html = new Templates(join(web_dir, 'templates'), constants).render(page.template || name, data);
    answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy }).end(html);
  } catch (problem) {
    answer.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${name}: ${problem.message}`);
    console.log(`${name}: ${problem.message}`);
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const address = `http://127.0.0.1:${server.address().port}`;
console.log(address);

if (!process.argv.includes('--serve')) {
  const { launch, look, sizes } = await import('./browser.mjs');
  const browser = await launch();
  const only = option('--only', '').split(',').filter(Boolean);
  const out = option('--out', '/tmp/bihuan-preview');
  const has_pictures = !process.argv.includes('--no-pictures');
  let faults = 0;
  for (const theme of ['light', 'dark'])
    for (const [size, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({ viewport, deviceScaleFactor: 1, locale: lang === 'en' ? 'en-GB' : 'zh-CN', timezoneId: 'Asia/Shanghai' });
      for (const name of Object.keys(pages)) {
        if (only.length && !only.includes(name)) continue;
        const lines = await look(context, `${address}/${name}/${theme}`, has_pictures ? join(out, `${name}-${size}-${theme}.png`) : null);
        faults += lines.length;
        for (const line of lines) console.log(`${name} ${size} ${theme}: ${line}`);
      }
      await context.close();
    }
  await browser.close();
  server.close();
  console.log(`${faults} faults${has_pictures ? `; pictures in ${out}` : ''}`);
  process.exitCode = faults ? 1 : 0;
}
