// The mind map: zoom, drag, keyboard, folding without leaving the page, the window in the small map.  Drawing and folding are
// the server's; without script each sign is a link and the window scrolls.
export function start_map(is_typing) {
  const frame = document.querySelector('[data-map]');
  if (frame) run(frame, is_typing);
}

const NARROW = 600;

function run(frame, is_typing) {
  let scale = 1;
  const scroll = () => frame.querySelector('.map-scroll');
  const drawing = () => scroll().querySelector('svg');
  const size_of = (svg) => svg.viewBox.baseVal;
  const nodes = () => [...drawing().querySelectorAll('.node')];

  function show_window() {
    const mini = frame.querySelector('.map-mini svg');
    if (!mini) return;
    const view = size_of(mini);
    let box = mini.querySelector('.window');
    if (!box) {
      box = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      box.setAttribute('class', 'window');
      mini.append(box);
    }
    const at = scroll();
    const limit = (value, most) => Math.max(0, Math.min(value, most));
    box.setAttribute('x', limit(at.scrollLeft / scale, view.width));
    box.setAttribute('y', limit(at.scrollTop / scale, view.height));
    box.setAttribute('width', limit(at.clientWidth / scale, view.width));
    box.setAttribute('height', limit(at.clientHeight / scale, view.height));
  }

  function zoom(to, x = scroll().clientWidth / 2, y = scroll().clientHeight / 2) {
    const at = scroll();
    const next = Math.max(0.1, Math.min(2, to));
    const left = (at.scrollLeft + x) / scale, top = (at.scrollTop + y) / scale;
    scale = next;
    const view = size_of(drawing());
    drawing().setAttribute('width', view.width * scale);
    drawing().setAttribute('height', view.height * scale);
    at.scrollLeft = left * scale - x;
    at.scrollTop = top * scale - y;
    show_window();
  }
  const fit = () => {
    const view = size_of(drawing());
    zoom(Math.min(1, scroll().clientWidth / view.width, Math.max(0.25, scroll().clientHeight / view.height)));
  };

  async function load(href) { // the map as it is at another address; false: that page is opened instead
    const answer = await fetch(href, { headers: { Accept: 'text/html' } });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page && page.querySelector('[data-map]');
    if (!fresh) { location.assign(href); return false; }
    frame.replaceChildren(...fresh.childNodes);
    page.querySelectorAll('.page-head .about, .page-head .menu-list').forEach((part, n) => {
      document.querySelectorAll('.page-head .about, .page-head .menu-list')[n]?.replaceWith(part);
    });
    bind();
    zoom(scale);
    return true;
  }

  async function turn(link) {
    const href = link.getAttribute('href'), card = link.previousElementSibling?.id;
    const before = card && document.getElementById(card).getBoundingClientRect();
    const { scrollLeft, scrollTop } = scroll();
    if (!await load(href)) return;
    history.replaceState(null, '', href.split('#')[0]);
    scroll().scrollLeft = scrollLeft;
    scroll().scrollTop = scrollTop;
    const after = card && document.getElementById(card);
    if (after && before) { // the card stays under the hand
      scroll().scrollTop += after.getBoundingClientRect().top - before.top;
      after.focus({ preventScroll: true });
    }
    show_window();
  }

  function go(key) {
    const list = nodes();
    const here = list.indexOf(document.activeElement);
    if (here < 0) return list[0];
    const at = list[here], box = at.getBBox();
    const middle = box.y + box.height / 2;
    const others = list.filter((one) => {
      const b = one.getBBox();
      return key === 'ArrowRight' ? b.x > box.x + box.width : key === 'ArrowLeft' ? b.x + b.width < box.x
        : b.x === box.x && (key === 'ArrowDown' ? b.y > box.y : b.y < box.y);
    });
    const far = (one) => { const b = one.getBBox(); return Math.abs(b.x - box.x) * 4 + Math.abs(b.y + b.height / 2 - middle); };
    return others.sort((a, b) => far(a) - far(b))[0];
  }

  function bind() {
    scroll().addEventListener('scroll', show_window, { passive: true });
    let from = null;
    scroll().addEventListener('pointerdown', (event) => {
      if (event.button === 0 && event.pointerType === 'mouse' && !event.target.closest('a')) from = [event.clientX + scroll().scrollLeft, event.clientY + scroll().scrollTop];
    });
    scroll().addEventListener('pointermove', (event) => {
      if (!from || !event.buttons) { from = null; return; }
      scroll().scrollLeft = from[0] - event.clientX;
      scroll().scrollTop = from[1] - event.clientY;
    });
    scroll().addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = scroll().getBoundingClientRect();
      zoom(scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    frame.querySelector('.map-mini')?.addEventListener('click', (event) => {
      const mini = frame.querySelector('.map-mini svg'), box = mini.getBoundingClientRect(), view = size_of(mini);
      scroll().scrollLeft = ((event.clientX - box.left) / box.width) * view.width * scale - scroll().clientWidth / 2;
      scroll().scrollTop = ((event.clientY - box.top) / box.height) * view.height * scale - scroll().clientHeight / 2;
    });
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-zoom]');
    if (button) return button.dataset.zoom === 'fit' ? fit() : zoom(scale * (button.dataset.zoom === 'in' ? 1.25 : 0.8));
    const link = event.target.closest('[data-map] [data-fold]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turn(link);
  });
  document.addEventListener('keydown', (event) => {
    if (is_typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(scale * 1.25);
    else if (event.key === '-') zoom(scale * 0.8);
    else if (event.key === '0') fit();
    else if (event.key === 'f') document.getElementById('map-q').focus();
    else if (event.key === ' ' && document.activeElement.matches?.('.node')) {
      const link = document.activeElement.nextElementSibling;
      if (link?.matches('[data-fold]')) turn(link);
    } else if (event.key.startsWith('Arrow') && frame.contains(document.activeElement)) {
      const to = go(event.key);
      to?.focus({ preventScroll: true });
      to?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else return;
    event.preventDefault();
  });
  async function begin() {
    const key = /^#n-([gfmt]\d+)$/.exec(location.hash)?.[1], address = new URL(location.href);
    if (scroll().clientWidth < NARROW && !address.searchParams.has('narrow')) { // root and first level side by side
      const asked = ['level', 't', 'at', 'q'].some((name) => address.searchParams.get(name));
      address.searchParams.set('narrow', 1);
      if (!asked && !key) {
        address.searchParams.set('level', 1);
        const level = document.getElementById('map-level');
        if (level) level.value = '1';
      }
      if (!await load(address.href)) return;
    }
    const card = key && document.getElementById(`n-${key}`);
    if (key && !card && address.searchParams.get('at') !== key) { // it is folded: the way to it is opened
      address.searchParams.set('at', key);
      address.hash = '';
      if (!await load(address.href)) return;
    }
    const found = drawing().querySelector('.m-found');
    if (found) { // the map moves, the page stays at its top
      const at = scroll(), box = found.getBoundingClientRect(), room = at.getBoundingClientRect();
      at.scrollLeft += box.left + box.width / 2 - room.left - at.clientWidth / 2;
      at.scrollTop += box.top + box.height / 2 - room.top - at.clientHeight / 2;
    }
    if (!found && !card) { // the root in the middle
      const root = nodes()[0]?.getBBox(), middle = root ? root.y + root.height / 2 : size_of(drawing()).height / 2;
      scroll().scrollTop = Math.max(0, middle - scroll().clientHeight / 2);
    }
    (key ? document.getElementById(`n-${key}`) : null)?.focus({ preventScroll: true });
    show_window();
  }
  bind();
  begin();
}
