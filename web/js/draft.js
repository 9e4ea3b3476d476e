// Confirm screen: places linked both ways, and the whole work by keyboard.  The acts themselves are the forms
// of the inspector; htmx swaps #draft after each of them, so nothing here holds on to elements.
let column = 'right'; // which pane the arrows walk in
let wanted = null;    // what a key asked for before the inspector had arrived

const draft = () => document.getElementById('draft');
const all = (selector) => [...draft().querySelectorAll(selector)];
const parts = () => (column === 'right' ? all('a.draft-node') : all('.para'));
const current = () => draft().querySelector('.is-current');

// Scrolls the pane only: on a phone the page itself must stay where the reader is.
function into_view(part) {
  const table = part.closest('.paper');
  if (table) {
    const from = part.getBoundingClientRect().left - table.getBoundingClientRect().left;
    if (from < 64 || from > table.clientWidth - 120) table.scrollLeft += from - 96;
  }
  const pane = part.closest('.pane-body');
  if (!pane) return;
  const part_box = part.getBoundingClientRect();
  const pane_box = pane.getBoundingClientRect();
  // Of a pane that reaches below the window only what is seen counts, unless it is hardly seen at all.
  const seen = Math.min(pane_box.bottom, window.innerHeight);
  const bottom = seen - pane_box.top > 160 ? seen : pane_box.bottom;
  if (part_box.top < pane_box.top + 24) pane.scrollTop += part_box.top - pane_box.top - 24;
  else if (part_box.bottom > bottom - 24) pane.scrollTop += part_box.bottom - bottom + 24;
}

function link(node, is_from_document) {
  for (const part of all('.is-linked')) part.classList.remove('is-linked');
  if (!node) return;
  const twins = all(`[data-node="${CSS.escape(node)}"]`);
  for (const twin of twins) twin.classList.add('is-linked');
  const far = twins.find((twin) => twin.classList.contains('draft-node') === is_from_document);
  if (far) into_view(far);
}

function select(part, { is_asked = true } = {}) {
  if (!part) return;
  current()?.classList.remove('is-current');
  part.classList.add('is-current');
  const is_node = part.classList.contains('draft-node');
  const node = is_node ? part.dataset.node : part.querySelector('[data-node]')?.dataset.node;
  link(node, !is_node);
  into_view(part);
  if (is_node) part.focus({ preventScroll: true });
  const undo = draft().querySelector('.draft-top form[data-op] [name=node]');
  undo.value = is_node ? node : '';
  if (is_asked && is_node) ask(part);
}

// The row that the server went on to: the same, or the next where that one is gone.
function go_on() {
  const part = draft().dataset.node && document.getElementById(draft().dataset.node);
  if (!part) return;
  column = part.classList.contains('para') ? 'left' : 'right';
  select(part, { is_asked: false });
  if (column === 'left') document.getElementById('pane-left').focus({ preventScroll: true });
}

let timer = 0;
function ask(part) {
  clearTimeout(timer);
  timer = setTimeout(() => window.htmx?.ajax('GET', part.getAttribute('hx-get'), { target: '#inspector', swap: 'outerHTML' }), 120);
}

// Findings of the register that are like those of the draft: looked for after the page is there, and again when a
// title is new, and shown in their rows.
let similar = new Map();
const looked_for = new Set();
const with_class = (className, textContent) => Object.assign(document.createElement('span'), { className, textContent });

function show_similar() {
  for (const node of all('a.draft-node')) {
    const rows = similar.get(node.id);
    if (!rows || node.querySelector('.similar-mark')) continue;
    const line = node.querySelector('.facts-line') || node.appendChild(with_class('facts-line', ''));
    const lines = rows.map((row) => `${row.number} ${row.title} ${row.percent} %`);
    const best = with_class('similar-best', lines[0]);
    best.title = lines.join('\n');
    line.append(with_class('badge badge-warning similar-mark', `${draft().dataset.similarWord} ${rows.length}`), best);
  }
}

async function look_for_similar() {
  show_similar();
  const titles = all('a.draft-node').map((node) => `${node.id} ${node.querySelector('.two-lines').textContent}`);
  if (titles.every((title) => looked_for.has(title))) return;
  for (const title of titles) looked_for.add(title);
  const answer = await fetch(draft().dataset.similar);
  if (!answer.ok) return;
  similar = new Map((await answer.json()).rows.map((row) => [row.node, row.similar]));
  show_similar();
}

const shown = () => draft().querySelector('[data-selected]')?.dataset.selected;

const id_of = (part) => part?.dataset.node || (part?.dataset.para && `p${part.dataset.para}`);

// Runs act now if the inspector shows the current part, else when it has arrived.
function with_inspector(act) {
  const part = current();
  if (!part || shown() === id_of(part)) {
    act();
    return;
  }
  wanted = act;
  if (part.classList.contains('draft-node')) ask(part);
  else part.querySelector('[data-select]')?.click();
}

const press = (key) => with_inspector(() => draft().querySelector(`#inspector button[data-key="${key}"]`)?.click());
const reach = (key) => with_inspector(() => draft().querySelector(`#inspector [data-key="${key}"]`)?.focus());

const keys = {
  ArrowDown: () => step(1), j: () => step(1), ArrowUp: () => step(-1), k: () => step(-1),
  ArrowLeft: () => cross('left'), ArrowRight: () => cross('right'),
  Enter: () => with_inspector(() => draft().querySelector('#node-title')?.focus()),
  m: () => press('m'), s: () => reach('s'), t: () => reach('t'), v: () => reach('v'), d: () => reach('d'), p: () => reach('p'),
  u: () => draft().querySelector('.draft-top [data-key="u"]').click(),
  r: () => draft().querySelector('.draft-top [data-key="r"]').click(),
  n: () => {
    column = 'left';
    const open = all('.para.is-unplaced');
    const at = open.indexOf(current());
    if (open.length) {
      select(open[(at + 1) % open.length]);
      reach('p');
    }
  },
};

function step(by) {
  const list = parts();
  const at = list.indexOf(current());
  select(list[at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + by))]);
}

function cross(to) {
  if (to === column) return;
  column = to;
  const twin = all('.is-linked').map((part) => (to === 'left' ? part.closest('.para') : part.closest('a.draft-node'))).find(Boolean);
  select(twin || parts()[0]);
}

export function start_draft(is_typing) {
  if (!draft()) return;
  document.addEventListener('mouseover', (event) => {
    const part = event.target.closest?.('#draft [data-node]');
    if (part) link(part.dataset.node, !part.classList.contains('draft-node'));
  });
  document.addEventListener('click', (event) => {
    const part = event.target.closest('#draft a.draft-node');
    if (part) {
      column = 'right';
      select(part, { is_asked: false });
      return;
    }
    const piece = event.target.closest('#draft .piece[data-node]');
    const node = piece && all('a.draft-node').find((one) => one.dataset.node === piece.dataset.node);
    if (node && !event.target.closest('a')) select(node);
  });
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.querySelector('form[data-confirm-draft]').requestSubmit();
      return;
    }
    if (event.key === 'Escape' && is_typing(event)) {
      event.target.blur();
      select(current(), { is_asked: false });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || is_typing(event)) return;
    if (event.key === 'Enter' && event.target.closest('button, summary, a:not(.draft-node)')) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener('change', (event) => {
    if (event.target.id !== 'show-printed') return;
    const far = all('.is-linked').find((part) => part.closest('.para')) || draft().querySelector('.para.is-current');
    if (far) into_view(far);
  });
  // A swap must not move the reader: panes keep their scroll, the selected part stays selected.
  let scrolls = {};
  let is_printed = false;
  document.addEventListener('htmx:beforeSwap', (event) => {
    // What was asked for before the cursor went on comes too late.
    const node = event.detail.target?.id === 'inspector' && new URL(event.detail.xhr.responseURL).searchParams.get('node');
    if (node && node !== id_of(current())) event.detail.shouldSwap = false;
    if (event.detail.target?.id !== 'draft') return;
    clearTimeout(timer);
    is_printed = document.getElementById('show-printed')?.checked;
    scrolls = { left: document.getElementById('pane-left').scrollTop, right: document.getElementById('pane-right').scrollTop };
  });
  document.addEventListener('htmx:afterSettle', (event) => {
    if (scrolls.left !== undefined) {
      document.getElementById('pane-left').scrollTop = scrolls.left;
      document.getElementById('pane-right').scrollTop = scrolls.right;
      scrolls = {};
      if (is_printed && document.getElementById('show-printed')) document.getElementById('show-printed').checked = true;
      look_for_similar();
      go_on();
    }
    // Notes above may push the panes down: what was asked for must be in sight.
    if (event.detail.elt?.id === 'inspector' || event.detail.target?.id === 'inspector') {
      const panes = draft().querySelector('.draft').getBoundingClientRect();
      const bar = document.querySelector('.top')?.offsetHeight || 0;
      if (panes.bottom > window.innerHeight) window.scrollBy({ top: Math.max(0, Math.min(panes.top - bar - 8, panes.bottom - window.innerHeight + 8)) });
    }
    if (wanted && (event.detail.elt?.id === 'inspector' || event.detail.target?.id === 'inspector')) {
      const act = wanted;
      wanted = null;
      if (shown() === id_of(current())) act();
    }
  });
  go_on();
  look_for_similar();
}
