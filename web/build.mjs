// Writes the files that the program embeds: app.css site.css app.js htmx.min.js echarts.min.js icons.svg favicon.svg.
//
//   node build.mjs [--out DIR] [--depfile FILE]
//
// The same sources give the same bytes.  Tabler is cut down to the classes that templates and scripts name;
// the sprite holds only icons that are named.  A data: or http: address in the result is an error, because the
// content security policy would refuse it.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const out_dir = option('--out', join(here, 'static-build'));
const depfile = option('--depfile', null);

install();
const require = createRequire(import.meta.url);
const esbuild = require('esbuild');
const { PurgeCSS } = require('purgecss');

const list = (dir, ending) =>
  readdirSync(join(here, dir)).filter((name) => name.endsWith(ending)).sort().map((name) => join(here, dir, name));
const templates = list('templates', '.html');
const scripts = list('js', '.js');
const styles = ['tokens.css', 'parts.css', 'pages.css', 'print.css'].map((name) => join(here, 'css', name));
const site_style = join(here, 'css/site.css');
const text_of = (file) => readFileSync(file, 'utf8');
const target = ['chrome86', 'firefox86', 'safari15'];

// Icons that the server names at run time (navigation, kinds of events) and that no template spells out.
const icons_named_by_server = text_of(join(here, 'icons.txt')).split(/\s+/).filter(Boolean);

function write(name, content) {
  mkdirSync(out_dir, { recursive: true });
  writeFileSync(join(out_dir, name), content);
}

// Dark values stand once in tokens.css; a reader who follows the system gets the same ones through the media query.
function with_system_theme(css) {
  const dark = css.match(/\[data-theme="dark"\]\s*\{([^}]*)\}/);
  if (!dark) throw new Error('tokens.css: no block [data-theme="dark"]');
  return `${css}\n@media (prefers-color-scheme: dark) { [data-theme="auto"] {${dark[1]}} }\n`;
}

async function build_css() {
  const content = [...templates, ...scripts].map((file) => ({ raw: text_of(file), extension: 'html' }));
  const tabler = text_of(join(here, 'node_modules/@tabler/core/dist/css/tabler.css')).replace(/^@charset[^;]*;/, '');
  const [purged] = await new PurgeCSS().purge({
    content,
    css: [{ raw: tabler }],
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) || [],
    fontFace: true, keyframes: true, variables: true,
  });
  // Pictures inside the style sheet would need img-src data:, so the parts that draw them are replaced by ours.
  const base = purged.css.replace(/[^;{}]*url\((['"]?)data:[^)]*?\1\)[^;}]*;?/g, '');
  const ours = styles.map((file) => (file.endsWith('tokens.css') ? with_system_theme(text_of(file)) : text_of(file)));
  const { code } = await esbuild.transform([base, ...ours].join('\n'), { loader: 'css', minify: true, target, legalComments: 'none' });
  const foreign = code.match(/(data:|https?:\/\/)[^)'" ]{0,40}/);
  if (foreign) throw new Error(`app.css names a foreign address: ${foreign[0]}`);
  write('app.css', `/* Tabler ${require('@tabler/core/package.json').version} (MIT), reduced; Bihuan tokens and parts */\n${code}`);
}

// The public pages have a sheet of their own and nothing else.
async function build_site() {
  const { code } = await esbuild.transform(text_of(site_style), { loader: 'css', minify: true, target, legalComments: 'none' });
  const foreign = code.match(/(data:|https?:\/\/)[^)'" ]{0,40}/);
  if (foreign) throw new Error(`site.css names a foreign address: ${foreign[0]}`);
  write('site.css', code);
}

async function build_js() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, 'js/app.js')], bundle: true, minify: true, format: 'iife', target, write: false, legalComments: 'none',
  });
  write('app.js', outputFiles[0].text);
  write('htmx.min.js', text_of(join(here, 'node_modules/htmx.org/dist/htmx.min.js')));
  const charts = await esbuild.build({
    entryPoints: [join(here, 'js/charts.js')], bundle: true, minify: true, format: 'iife', target, write: false, legalComments: 'none',
  });
  write('echarts.min.js', `/* Apache ECharts ${require('echarts/package.json').version} (Apache-2.0) */\n${charts.outputFiles[0].text}`);
}

function build_icons() {
  const named = new Set(icons_named_by_server);
  for (const file of [...templates, ...scripts])
    for (const match of text_of(file).matchAll(/icons\.svg\}\}#([a-z0-9-]+)"/g)) named.add(match[1]);
  const own = new Map(text_of(join(here, 'icons-own.svg')).split('\n').filter((line) => line.startsWith('<symbol'))
    .map((line) => [line.match(/id="([^"]+)"/)[1], line]));
  const symbols = [...named].sort().filter((name) => !own.has(name)).map((name) => {
    const svg = text_of(join(here, 'node_modules/@tabler/icons/icons/outline', `${name}.svg`));
    const shapes = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
      .replace(/<path stroke="none"[^>]*\/>/, '').replace(/\s+/g, ' ').trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  });
  // Drawn by itself the sprite shows the mark of the product: it is the page's icon too.
  write('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">\n${[...own.values(), ...symbols].join('\n')}\n<use href="#mark" color="#1b5cb8"/>\n</svg>\n`);
  // The public pages load nothing but their own few files.
  write('favicon.svg', `${own.get('mark').replace('<symbol id="mark"', '<svg xmlns="http://www.w3.org/2000/svg" color="#1b5cb8"').replace('</symbol>', '</svg>')}\n`);
}

await build_css();
await build_site();
await build_js();
build_icons();
if (depfile) {
  const inputs = [...templates, ...scripts, ...styles, site_style, 'templates', 'js', 'icons.txt', 'icons-own.svg', 'package-lock.json', 'install.mjs', 'build.mjs']
    .map((file) => (file.startsWith('/') ? file : join(here, file)));
  const escape = (path) => path.replace(/ /g, '\\ ');
  writeFileSync(depfile, `${escape(relative(process.cwd(), join(out_dir, 'app.css')))}: ${inputs.map(escape).join(' ')}\n`);
}
