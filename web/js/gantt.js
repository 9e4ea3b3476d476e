// The timetable: a node's bar is dragged, or moved with Alt and the arrow keys; either opens the form that moves it, filled in.
export function start_gantt() {
  const frame = document.querySelector('[data-gantt]');
  if (!frame) return;
  const day = Number(frame.dataset.day);
  const today = frame.querySelector('.m-today');
  if (today && frame.clientWidth < 700 && frame.scrollWidth > frame.clientWidth) { // today comes into sight beside the names
    const names = frame.querySelector('.gantt-names')?.offsetWidth ?? 0;
    frame.scrollLeft = Number(today.getAttribute('x1')) - (frame.clientWidth - names) / 2;
  }
  const shift = (text, days) => new Date(Date.parse(`${text}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
  const open = (step, from_days, to_days) => {
    const to = new URL(step.getAttribute('href'), location.href);
    to.searchParams.set('start', shift(step.dataset.from, from_days));
    to.searchParams.set('due', shift(step.dataset.to, to_days));
    location.assign(to);
  };
  if (!('mayMove' in frame.dataset)) return;
  let held = null;
  frame.addEventListener('pointerdown', (event) => {
    const bar = event.target.closest('.m-bar'), step = event.target.closest('[data-step]');
    if (!bar || !step || event.button !== 0) return;
    const box = bar.getBoundingClientRect();
    const dates = document.createElementNS('http://www.w3.org/2000/svg', 'text'); // where it would stand when it is let go
    dates.setAttribute('class', 'm-sub');
    step.append(dates);
    held = { step, bar, dates, x: event.clientX, left: Number(bar.getAttribute('x')), width: Number(bar.getAttribute('width')), is_end: event.clientX > box.right - 8, days: 0 };
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  frame.addEventListener('pointermove', (event) => {
    if (!held) return;
    held.days = Math.round((event.clientX - held.x) / day);
    if (held.is_end) held.bar.setAttribute('width', Math.max(day, held.width + held.days * day));
    else held.bar.setAttribute('x', held.left + held.days * day);
    held.dates.setAttribute('x', Number(held.bar.getAttribute('x')) + Number(held.bar.getAttribute('width')) + 6);
    held.dates.setAttribute('y', Number(held.bar.getAttribute('y')) + 12);
    held.dates.textContent = `${shift(held.step.dataset.from, held.is_end ? 0 : held.days)} – ${shift(held.step.dataset.to, held.days)}`;
  });
  frame.addEventListener('pointerup', () => {
    const was = held;
    held = null;
    if (was?.days) open(was.step, was.is_end ? 0 : was.days, was.days);
    else if (was) location.assign(was.step.getAttribute('href'));
  });
  frame.addEventListener('click', (event) => { if (event.target.closest('.m-bar') && event.target.closest('[data-step]')) event.preventDefault(); });
  frame.addEventListener('keydown', (event) => {
    const step = event.target.closest('[data-step]');
    if (!step || !event.altKey || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    event.preventDefault();
    const days = event.key === 'ArrowLeft' ? -1 : 1;
    open(step, event.shiftKey ? 0 : days, days);
  });
}
