// Reads a calendar with npm's ical.js: ics_read.mjs FILE EVENTS DAY
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../../web/install.mjs';

const [path, count, day] = process.argv.slice(2);
const web = join(dirname(fileURLToPath(import.meta.url)), '../../web');
install({ is_dev: true });
const found = createRequire(join(web, 'package.json'))('ical.js');
const ICAL = found.default || found;
const calendar = new ICAL.Component(ICAL.parse(readFileSync(path, 'utf8')));
const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
const fail = (words) => { console.error(words); process.exit(1); };
if (calendar.getFirstPropertyValue('version') !== '2.0') fail('version');
if (events.length !== Number(count)) fail(`${events.length} events`);
for (const event of events) {
  if (!event.startDate.isDate || event.startDate.toString() !== day) fail(`start ${event.startDate}`);
  if (event.duration.toSeconds() !== 86400) fail('not one day');
  if (!/^[a-z_]+-\d+-[a-z_]+@bihuan$/.test(event.uid)) fail(`uid ${event.uid}`);
  if (!event.summary.includes('LY-2026-001') || !event.summary.includes('担保,管理;')) fail(`summary ${event.summary}`);
}
