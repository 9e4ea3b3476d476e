// Serves the templates with invented data on a free local port, under the policy that the product sends.
// /NAME[/THEME] is a page of sample.mjs; posts are remembered and answered as the product would.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Templates } from './mustache.mjs';
import { pages } from './sample.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const web_dir = join(here, '../../web');

function messages(lang) {
  const found = new Map();
  const text = readFileSync(join(here, `../../data/messages/${lang}.po`), 'utf8');
  for (const match of text.matchAll(/msgid "(.+?)"\nmsgstr "(.*?)"/g)) found.set(match[1], match[2]);
  return found;
}

const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const body_of = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

// Starts the server; gives its address, the constants of the language, the posts so far and a function that ends it.
export async function start({ lang = 'zh', static_dir = join(web_dir, 'static-build') } = {}) {
  const texts = messages(lang);
  const constants = (key) => (key.startsWith('t.') ? texts.get(key.slice(2)) : `/static/${key.slice(7)}`);
  const templates_dir = join(web_dir, 'templates');
  const posts = [];

  // The node that an address asks for, in the shape of the inspector.
  const selected_of = (url) => {
    const { draft, selected } = pages.draft.data;
    const paragraph = url.searchParams.get('paragraph');
    if (paragraph) return { ...pages.draft_paragraph.data.selected, id: `p${paragraph}`, number: Number(paragraph) };
    const nodes = draft.aspects.flatMap((aspect) => [aspect, ...aspect.findings.flatMap((one) => [one, ...one.measures])]);
    const node = nodes.find((one) => one.id === url.searchParams.get('node'));
    return node ? { ...selected, id: node.id, title: node.title, number: node.number, kind_label: node.kind_label } : selected;
  };

  const server = createServer(async (request, answer) => {
    const url = new URL(request.url, 'http://localhost');
    const file = url.pathname.match(/^\/static\/([a-z.]+)$/);
    if (file && existsSync(join(static_dir, file[1]))) {
      answer.writeHead(200, { 'Content-Type': types[file[1].split('.').pop()] }).end(readFileSync(join(static_dir, file[1])));
      return;
    }
    const send = (name, data) => {
      try {
        const html = new Templates(templates_dir, constants).render(name, data);
        answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy }).end(html);
      } catch (problem) {
        answer.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${name}: ${problem.message}`);
        console.log(`${name}: ${problem.message}`);
      }
    };
    const is_draft = /^\/drafts\/7(\/ops)?$/.test(url.pathname);
    if (request.method === 'POST') {
      const is_fragment = request.headers['hx-request'] === 'true';
      posts.push({ path: url.pathname, body: await body_of(request), is_fragment });
      if (is_draft && is_fragment) send('_draft', pages.draft.data);
      else answer.writeHead(303, { Location: is_draft ? '/draft' : '/about' }).end();
      return;
    }
    if (is_draft && request.headers['hx-target'] === 'inspector') {
      send('_draft_inspector', { ...pages.draft.data, selected: selected_of(url) });
      return;
    }
    const [, name, theme = 'light'] = is_draft ? [null, 'draft'] : url.pathname.split('/');
    const page = pages[name];
    if (!page) {
      answer.writeHead(404).end();
      return;
    }
    send(page.template || name, { ...page.data, theme, lang: lang === 'en' ? 'en' : 'zh-CN' });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { address: `http://127.0.0.1:${server.address().port}`, constants, posts, close: () => { server.closeAllConnections(); server.close(); } };
}
