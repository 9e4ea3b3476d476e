// The files of the mind map, opened by other programs: xmllint, npm's jsMind (a mind-map program that opens FreeMind files, in Chromium) and
// opmlparser, poppler; and the counts compared.  Prints TAP.
//
//   map_files.mjs PROGRAM DATA_DIR
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { launch } from '../e2e/browser.mjs';
import { install } from '../../web/install.mjs';
import { check, run, stopped_by, tell } from './checks.mjs';

const [program, data] = process.argv.slice(2);
const web = join(dirname(fileURLToPath(import.meta.url)), '../../web');
install({ is_dev: true });
const require = createRequire(join(web, 'package.json'));
const OpmlParser = require('opmlparser');
const dir = mkdtempSync(join(tmpdir(), 'bihuan-map-'));

// What jsMind shows of a FreeMind file: the texts of the cards with how deep each hangs, in the order of the file.
async function open_in_jsmind(path) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.setContent('<div id="mind" style="width: 1400px; height: 900px"></div>');
    await page.addScriptTag({ path: require.resolve('jsmind') });
    return await page.evaluate((data) => {
      const mind = new window.jsMind({ container: 'mind', editable: false });
      mind.show({ meta: { name: 'map' }, format: 'freemind', data });
      const shown = new Map([...document.querySelectorAll('jmnode')].map((card) => [card.getAttribute('nodeid'), card.textContent]));
      const cards = [];
      const walk = (node, depth) => {
        cards.push({ depth, text: shown.get(node.id) });
        node.children.forEach((child) => walk(child, depth + 1));
      };
      walk(mind.get_root(), 0);
      return cards;
    }, readFileSync(path, 'utf8'));
  } finally {
    await browser.close();
  }
}

try {
  const where = ['--db', join(dir, 'map.db'), '--files', join(dir, 'files')];
  run(program, 'demo', ...where, '--data', data);
  const file = (format) => {
    const path = join(dir, `map.${format}`);
    run(program, 'map', 'LY-2026-001', '--format', format, '--out', path, ...where);
    return path;
  };
  const text = readFileSync(file('txt'), 'utf8').trimEnd().split('\n');
  check('the text has a root and deeper lines', text.length > 30 && !text[0].startsWith('\t') && text.some((line) => line.startsWith('\t\t')), String(text.length));
  check('the drawing is well formed', run('xmllint', '--noout', file('svg')) === '');
  const titles = Number(run('xmllint', '--xpath', 'count(//*[@class="m-title"])', join(dir, 'map.svg')));
  check('the drawing shows every line', titles === text.length, `${titles} of ${text.length}`);
  const mm = file('mm');
  const nodes = (path) => Number(run('xmllint', '--xpath', `count(${path})`, mm));
  check('FreeMind: one root, every line a node with text', nodes('/map[@version]/node') === 1 && nodes('//node[@TEXT]') === text.length && nodes('//node') === text.length);
  check('FreeMind: ids differ', nodes('//node[@ID = preceding::node/@ID or @ID = ancestor::node/@ID]') === 0);
  const cards = await open_in_jsmind(mm);
  const wrong = text.findIndex((line, i) => !cards[i]?.text || cards[i].depth !== /^\t*/.exec(line)[0].length || !line.trim().startsWith(cards[i].text.split('\n')[0]));
  check('FreeMind: jsMind opens it and shows every line where the text has it', cards.length === text.length && wrong < 0,
    wrong < 0 ? `${cards.length} of ${text.length}` : `${JSON.stringify(cards[wrong])} for ${text[wrong]}`);
  const outline = await new Promise((done, failed) => {
    const found = [];
    Readable.from(readFileSync(file('opml'))).pipe(new OpmlParser()).on('error', failed).on('end', () => done(found))
      .on('readable', function read() { for (let one; (one = this.read());) found.push(one); });
  });
  const lines = outline.filter((one) => one['#type'] !== 'feed' || one.text);
  check('OPML: the parser finds every line', lines.length === text.length, `${lines.length} of ${text.length}`);
  check('OPML: the root is the source', lines.some((one) => text[0].startsWith(one.text) && one['#level'] !== 2));
  const pdf = file('pdf');
  const info = run('pdfinfo', pdf);
  check('PDF: sheets of A3', /Page size:\s+1191 x 842 pts \(A3\)/.test(info), info);
  const fonts = run('pdffonts', pdf).trim().split('\n').slice(2);
  check('PDF: fonts are embedded', fonts.length > 0 && fonts.every((line) => /\byes\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$/.test(line.trim())), fonts.join('; '));
  const words = run('pdftotext', '-layout', pdf, '-').replace(/\s/g, '');
  check('PDF: its text can be read', words.includes('LY-2026-001') && /[\u4e00-\u9fff]{4}/.test(words));
  const png = readFileSync(file('png'));
  check('PNG: as large as it says', png.readUInt32BE(16) > 400 && png.readUInt32BE(20) > 400, `${png.readUInt32BE(16)} x ${png.readUInt32BE(20)}`);
} catch (problem) {
  stopped_by(problem);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
tell();
