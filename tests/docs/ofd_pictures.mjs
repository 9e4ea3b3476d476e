// Papers as OFD and as PDF, drawn by two programs that know nothing of each other (Chromium from the package's own words, poppler):
// as many pages, the same marks at the same places.  Prints TAP.
//
//   ofd_pictures.mjs PROGRAM DATA_DIR
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../e2e/browser.mjs';
import { likeness, pictures } from './ofd_view.mjs';
import { check, run, stopped_by, tell } from './checks.mjs';

const [program, data] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'bihuan-ofd-'));
const browser = await launch();
try {
  const where = ['--db', join(dir, 'papers.db'), '--files', join(dir, 'files')];
  run(program, 'demo', ...where, '--data', data);
  for (const kind of ['plan', 'problems', 'progress']) {
    run(program, 'paper', 'LY-2026-002', '--kind', kind, '--out', dir, ...where);
    const { pngs, faults } = await pictures(browser, readFileSync(join(dir, `${kind}.ofd`)));
    check(`${kind}: every part is well-formed and every font is taken by the browser`, faults.length === 0, faults.join('\n'));
    run('pdftoppm', '-r', '96', '-png', join(dir, `${kind}.pdf`), join(dir, kind));
    const from_pdf = readdirSync(dir).filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.png')).sort();
    check(`${kind}: as many pages as the PDF`, pngs.length === from_pdf.length && pngs.length > 0, `${pngs.length}, ${from_pdf.length}`);
    const shares = [];
    for (let i = 0; i < Math.min(pngs.length, from_pdf.length); i++) shares.push(await likeness(browser, pngs[i], readFileSync(join(dir, from_pdf[i]))));
    check(`${kind}: each page looks like that of the PDF`, shares.every((share) => share > 0.8), shares.map((share) => share.toFixed(3)).join(' '));
    console.log(`# ${kind}: ink in common ${shares.map((share) => share.toFixed(3)).join(' ')}`);
    if (pngs.length > 1) {
      const other = await likeness(browser, pngs[0], readFileSync(join(dir, from_pdf[1])));
      check(`${kind}: another page does not`, other < 0.5, other.toFixed(3));
    }
  }
} catch (problem) {
  stopped_by(problem);
}
await browser.close();
rmSync(dir, { recursive: true, force: true });
tell();
