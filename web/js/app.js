// Everything the pages do beyond forms and links.  Each part looks for its own data- attribute and leaves
// pages without it alone; every act ends in a form or an address that also works by hand.
import { start_draft } from './draft.js';
import { start_upload } from './upload.js';
import { start_units } from './units.js';
import { start_tables } from './tables.js';
import { start_keep } from './keep.js';
import { start_map } from './map.js';
import { start_gantt } from './gantt.js';
import { start_pick } from './pick.js';

const root = document.documentElement;
root.classList.add('has-script');

const is_typing = (event) =>
  event.target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') !== null;

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
    }
    return;
  }
  if (is_typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    const search = document.getElementById('top-search');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === '?') {
    const keys = document.getElementById('keys');
    if (keys && !keys.open) keys.showModal();
    else if (!keys && location.pathname !== '/help') location.assign('/help#key-list');
  }
});

document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest('[data-open]');
  if (opener) document.getElementById(opener.dataset.open).showModal();
  if (event.target.closest('[data-close]')) event.target.closest('dialog').close();
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  // What was agreed to by that goes with the form.
  for (const field of form.querySelectorAll('[data-agreed]')) field.value = field.dataset.agreed;
  // The theme changes at once; the cookie is set by the same form.
  if ('themeForm' in form.dataset && event.submitter) root.dataset.theme = event.submitter.value;
});

// An act of htmx that fails must not end in silence.
const trouble = document.getElementById('trouble');
for (const kind of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) document.addEventListener(kind, () => { if (trouble) trouble.hidden = false; });
document.addEventListener('htmx:beforeRequest', () => { if (trouble) trouble.hidden = true; });

// Parts that only one choice needs.
for (const part of document.querySelectorAll('[data-shown-by]')) {
  const choice = document.getElementById(part.dataset.shownBy);
  const show = () => { part.hidden = choice.value !== part.dataset.shownFor; };
  choice.addEventListener('change', show);
  show();
}

// A long field that is one line of the record.
document.addEventListener('input', (event) => {
  const field = event.target;
  if (!field.matches('textarea[data-one-line]') || !field.value.includes('\n')) return;
  const at = field.selectionStart;
  field.value = field.value.replace(/\s*\n\s*/g, ' ');
  field.setSelectionRange(at, at);
});

start_tables();
start_keep();
start_map(is_typing);
start_gantt();
start_pick();
start_upload();
start_units();
start_draft(is_typing);
document.getElementById('errors')?.focus();

/* Printing needs script; without it the browser's own menu prints. */
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
