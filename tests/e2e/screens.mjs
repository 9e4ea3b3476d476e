// Which pages there are and who may open them: all GET routes of data/routes.def that have a template, with ids that other pages link to.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { change_password, sign_in } from './browser.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const gets = [...readFileSync(join(root, 'data/routes.def'), 'utf8').matchAll(/^ROUTE\(GET,\s*"([^"]+)",\s*\w+,\s*("\w+"|NULL)/gm)];
const fragments = ['/findings/count']; // parts that a script puts into a page
export const routes = gets.filter((route) => route[2] !== 'NULL' && !fragments.includes(route[1])).map((route) => route[1]);
const fixed = new Set(gets.map((route) => route[1])); // "/units/new" is no "/units/{id}"
export const template_of = new Map(gets.map((route) => [route[1], route[2]]));
// Who opens a page: the first of these to whom the program shows it.
const people = ['qiaoyunfeng', 'fanqicheng', 'shenrongchuan', 'zhuohuaijin', 'hangjiyue', 'likai', 'gongsunjue', 'aobotao', 'maixiaotang', 'miaopeilin', 'niexiao', 'yanmingxuan', 'zongweizhen',
  'yizhuochen', 'baojingwen'];

// login: context that is signed in; whoever must choose a password gets one.
export async function sign_in_all(browser, address, passwords) {
  const contexts = {};
  for (const login of people) {
    const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' });
    const page = await context.newPage();
    await sign_in(page, address, login, passwords[login]);
    if (new URL(page.url()).pathname === '/password') await change_password(page, passwords[login], `Xin-2026-${login}-mima`);
    await page.close();
    contexts[login] = context;
  }
  return contexts;
}

const matcher = (route) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`);
const matchers = routes.map((route) => [route, matcher(route)]);
const known = new Map(routes.map((route) => [route, new Set(route.includes('{') ? [] : [route])])); // route -> paths

function take_links(text) {
  for (const [, href] of text.matchAll(/(?:href|action|formaction)="(\/[^"#]*)"/g)) {
    const found = href.replace(/&amp;/g, '&'), bare = found.split('?')[0];
    if (known.has(bare) && known.get(bare).size < 3) known.get(bare).add(found);
    if (fixed.has(bare)) continue;
    for (const [route, pattern] of matchers) if (pattern.test(bare)) known.get(route).add(bare);
  }
}

// Asks for a page as these people; the first to whom it is shown opens it.
async function ask({ address, contexts }, path, logins, has_all) {
  let first = null;
  for (const login of logins) {
    if (first && !has_all) break;
    const answer = await contexts[login].request.get(address + path, { headers: { accept: 'text/html' }, maxRedirects: 0 });
    if (answer.status() !== 200) continue;
    first = first || login;
    take_links(await answer.text());
  }
  return first;
}

// Follows links by plain requests: three addresses of each route lead to all others.  Lists are asked by everybody, for what only some see.
// Gives known: route -> addresses, and opened: address -> who may open it, or null.
export async function discover(server) {
  const asked = new Map();
  for (let is_news = true; is_news;) {
    is_news = false;
    for (const [route, paths] of known) {
      for (const path of [...paths].slice(0, 3)) {
        if (asked.has(path)) continue;
        is_news = true;
        asked.set(path, null); // links of the page to itself
        asked.set(path, await ask(server, path, people, !route.includes('{') && [...paths][0] === path));
      }
      // A form without a link of its own stands beside the thing that it is about: some of these it suits.
      const parent = /^(\/\w+\/\{\w+\})\//.exec(route);
      if (![...paths].some((path) => asked.get(path)) && parent && known.has(parent[1]))
        for (const one of [...known.get(parent[1])].slice(0, 12)) {
          const path = one + route.slice(parent[1].length);
          if (asked.has(path)) continue;
          asked.set(path, await ask(server, path, people, false));
          if (!asked.get(path)) continue;
          known.set(route, new Set([path]));
          is_news = true;
          break;
        }
    }
  }
  return { known, opened: asked };
}
