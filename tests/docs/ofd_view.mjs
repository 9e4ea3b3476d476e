// An OFD package drawn by its own words: fonts, places and paths as GB/T 33190 says, as a page for Chromium.  Shares nothing with
// the writer.  For tests and for looking:
//
//   ofd_view.mjs FILE.ofd OUT_DIR      one PNG for each page, 96 dots an inch
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { launch } from '../e2e/browser.mjs';

export function unzip(bytes) {
  const parts = new Map();
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== 0x06054b50) end--;
  for (let at = bytes.readUInt32LE(end + 16); bytes.readUInt32LE(at) === 0x02014b50;) {
    const name = bytes.readUInt16LE(at + 28), extra = bytes.readUInt16LE(at + 30), note = bytes.readUInt16LE(at + 32), local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    parts.set(bytes.toString('utf8', at + 46, at + 46 + name), bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed);
    at += 46 + name + extra + note;
  }
  return parts;
}

// Draws all pages into the document of the page that runs this; returns what was wrong.  Runs in the browser.
async function draw({ pages, fonts }) {
  const faults = [];
  const parse = (text) => {
    const xml = new DOMParser().parseFromString(text, 'application/xml');
    if (xml.querySelector('parsererror')) faults.push('not well-formed');
    return xml;
  };
  const all = (node, name) => [...node.getElementsByTagNameNS('http://www.ofdspec.org/2016', name)];
  for (const font of fonts) {
    const face = new FontFace(font.family, Uint8Array.from(atob(font.bytes), (c) => c.charCodeAt(0)));
    await face.load().then((one) => document.fonts.add(one), (problem) => faults.push(`${font.family}: ${problem}`));
  }
  const numbers = (s) => s.trim().split(/\s+/).map(Number);
  const deltas = (s) => {
    const words = s.trim().split(/\s+/), list = [];
    for (let i = 0; i < words.length; i++) {
      if (words[i] !== 'g') list.push(Number(words[i]));
      else { for (let n = Number(words[i + 1]); n > 0; n--) list.push(Number(words[i + 2])); i += 2; }
    }
    return list;
  };
  const colour = (node, name) => { const one = all(node, name)[0]; return one ? `rgb(${numbers(one.getAttribute('Value')).join(',')})` : 'rgb(0,0,0)'; };
  const svg_ns = 'http://www.w3.org/2000/svg';
  for (const text of pages) {
    const xml = parse(text), [, , width, height] = numbers(all(xml, 'PhysicalBox')[0].textContent);
    const svg = document.createElementNS(svg_ns, 'svg');
    const put = (name, attributes, words) => {
      const node = document.createElementNS(svg_ns, name);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      if (words) node.textContent = words;
      svg.append(node);
    };
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.style.cssText = `position:absolute;left:0;top:${1300 * document.querySelectorAll("svg").length}px;width:${width}mm;height:${height}mm;background:#fff`;
    for (const path of all(xml, 'PathObject')) {
      const [x, y] = numbers(path.getAttribute('Boundary'));
      put('path', { d: all(path, 'AbbreviatedData')[0].textContent, transform: `translate(${x} ${y})`, fill: 'none', stroke: colour(path, 'StrokeColor'), 'stroke-width': path.getAttribute('LineWidth') });
    }
    for (const object of all(xml, 'TextObject')) {
      const [left, top] = numbers(object.getAttribute('Boundary')), code = all(object, 'TextCode')[0];
      const steps = deltas(code.getAttribute('DeltaX') || '');
      let x = left + Number(code.getAttribute('X'));
      [...code.textContent].forEach((c, i) => {
        const is_stroked = object.getAttribute('Stroke') === 'true';
        put('text', { x, y: top + Number(code.getAttribute('Y')), 'font-family': `ofd-${object.getAttribute('Font')}`, 'font-size': object.getAttribute('Size'), fill: colour(object, 'FillColor'),
          ...(is_stroked ? { stroke: colour(object, 'StrokeColor'), 'stroke-width': object.getAttribute('LineWidth') } : {}) }, c);
        x += steps[i] ?? 0;
      });
    }
    document.body.append(svg);
  }
  await document.fonts.ready;
  return faults;
}

// Pictures of all pages as PNG, and what was wrong.
export async function pictures(browser, bytes) {
  const parts = unzip(bytes), text = (name) => parts.get(name).toString('utf8');
  const fonts = [...text('Doc_0/DocumentRes.xml').matchAll(/<ofd:Font ID="(\d+)"[^>]*><ofd:FontFile>([^<]+)</g)].map(([, id, file]) => ({ family: `ofd-${id}`, bytes: parts.get(`Doc_0/Res/${file}`).toString('base64') }));
  const pages = [...text('Doc_0/Document.xml').matchAll(/BaseLoc="([^"]+)"/g)].map(([, place]) => text(`Doc_0/${place}`));
  const page = await browser.newPage({ viewport: { width: 1200, height: 1200 } });
  await page.setContent('<!doctype html><style>body{margin:0}</style>');
  const faults = await page.evaluate(draw, { pages, fonts });
  const pngs = [];
  for (const svg of await page.$$('svg')) pngs.push(await svg.screenshot());
  await page.close();
  return { pngs, faults };
}

// Share of the ink in cells of 3 mm of two pictures that is in both.  Runs in the browser.
export async function likeness(browser, one, two) {
  const page = await browser.newPage();
  const share = await page.evaluate(async (images) => {
    const grids = [];
    for (const image of images) {
      const img = new Image();
      img.src = `data:image/png;base64,${image}`;
      await img.decode();
      const canvas = new OffscreenCanvas(70, Math.round(70 * img.height / img.width)), paint = canvas.getContext('2d');
      paint.fillStyle = '#fff';
      paint.fillRect(0, 0, canvas.width, canvas.height);
      paint.imageSmoothingQuality = 'high';
      paint.drawImage(img, 0, 0, canvas.width, canvas.height);
      const { data } = paint.getImageData(0, 0, canvas.width, canvas.height);
      grids.push(Array.from({ length: data.length / 4 }, (_, i) => 255 - (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 3));
    }
    let both = 0, most = 0;
    for (let i = 0; i < Math.min(grids[0].length, grids[1].length); i++) {
      both += Math.min(grids[0][i], grids[1][i]);
      most += Math.max(grids[0][i], grids[1][i]);
    }
    return most ? both / most : 1;
  }, [one, two].map((png) => png.toString('base64')));
  await page.close();
  return share;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , file, out] = process.argv, browser = await launch();
  const { pngs, faults } = await pictures(browser, readFileSync(file));
  pngs.forEach((png, at) => writeFileSync(join(out, `${basename(file)}-${at + 1}.png`), png));
  console.log(`${pngs.length} pages`, faults.slice(0, 5));
  await browser.close();
}
