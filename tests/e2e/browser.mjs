// Chromium through playwright-core, page pictures and the axe rules: shared by shot and the browser tests.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../../web/install.mjs';

export const web_dir = join(dirname(fileURLToPath(import.meta.url)), '../../web');
install({ is_dev: true });
const require = createRequire(join(web_dir, 'package.json'));
const { chromium } = require('playwright-core');
const axe_source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--lang=zh-CN', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

export const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

// Signs in on a page of the server at address; whoever must change the password first ends on /password.
export async function sign_in(page, address, login, password) {
  await page.goto(new URL('/login', address).href);
  await page.fill('#login', login);
  await page.fill('#password', password);
  await Promise.all([page.waitForNavigation(), page.click('form[action="/login"] .btn-primary')]);
}

export async function change_password(page, current, password, repeat = password) {
  await page.fill('#current', current);
  await page.fill('#password', password);
  await page.fill('#repeat', repeat);
  await Promise.all([page.waitForNavigation(), page.click('form[action="/password"] .btn-primary')]);
}

// Rules broken on the page, as lines of text.  axe is evaluated over the debugging channel, which the page's
// content security policy does not touch; once a document is enough.
export async function axe_lines(page) {
  if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(axe_source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], elementRef: false,
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return violations.flatMap((rule) => rule.nodes.slice(0, 3).map((node) => `${rule.impact} ${rule.id}: ${node.target.join(' ')} ${(node.any[0] || node.all[0] || node.none[0] || { message: '' }).message}`));
}

// Elements that stick out of the window to the right, which a reader would have to scroll for.
export const overflow_lines = (page) => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest('.table-wrap, .pane-body, .visually-hidden, .skip'))
    .slice(0, 3).map((one) => `overflow: ${one.tagName.toLowerCase()}.${one.className}`);
});

// Opens address and gives what is wrong there; saves a picture when file is given.
export async function look(context, address, file, viewport) {
  const page = await context.newPage();
  if (viewport) await page.setViewportSize(viewport);
  const lines = [];
  page.on('console', (message) => { if (message.type() === 'error') lines.push(`console: ${message.text()}`); });
  page.on('pageerror', (problem) => lines.push(`script: ${problem.message}`));
  const answer = await page.goto(address, { waitUntil: 'load' });
  if (answer && answer.status() >= 400) lines.push(`status ${answer.status()}`);
  lines.push(...await overflow_lines(page));
  lines.push(...await axe_lines(page));
  if (file) {
    mkdirSync(dirname(file), { recursive: true });
    await page.screenshot({ path: file, fullPage: true });
  }
  await page.close();
  return lines;
}
