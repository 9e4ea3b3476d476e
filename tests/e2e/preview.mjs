// Renders every template with invented data and looks at it in Chromium: no server of the product needed.
//
//   node tests/e2e/preview.mjs [--out DIR] [--only NAME,NAME] [--lang en] [--static DIR] [--no-pictures] [--serve] [--data]
//
// --serve leaves the pages open on a local port; --data rewrites web/templates/DATA.md from the templates' use of
// the sample.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Templates } from './mustache.mjs';
import { start, web_dir } from './preview_server.mjs';
import { pages } from './sample.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const static_dir = option('--static', join(web_dir, 'static-build'));
const lang = option('--lang', 'zh');

const { constants, address, close } = await start({ lang, static_dir });

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
  close();
  console.log(`${faults} faults${has_pictures ? `; pictures in ${out}` : ''}`);
  process.exitCode = faults ? 1 : 0;
}
