// Lists by keyboard (j k or arrows, x, Enter) and the bar of bulk actions.
export function start_tables() {
  const list = document.querySelector('[data-keys]');
  if (list) list_keys(list);
  const form = document.querySelector('[data-bulk]');
  if (form) bulk_bar(form);
  const filters = document.querySelector('form[data-autosubmit]');
  filters?.addEventListener('change', (event) => {
    if (event.target.matches('select')) filters.requestSubmit();
  });
}

function list_keys(list) {
  const rows = [...list.querySelectorAll('tbody > tr, :scope > li')];
  let at = -1;
  const go = (to) => {
    if (!rows.length) return;
    rows[at]?.classList.remove('is-current');
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add('is-current');
    rows[at].focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: 'nearest' });
  };
  list.addEventListener('focusin', (event) => {
    const row = rows.indexOf(event.target.closest('tbody > tr, [data-keys] > li'));
    if (row < 0 || row === at) return;
    rows[at]?.classList.remove('is-current');
    at = row;
    rows[at].classList.add('is-current');
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.target.closest('input:not([type=checkbox]), textarea, select, details[open]')) return;
    if (event.key === 'j' || event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'k' || event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'x' && at >= 0) rows[at].querySelector('input[type=checkbox]')?.click();
    else if (event.key === 'Enter' && at >= 0 && event.target === rows[at]) rows[at].querySelector('a')?.click();
    else return;
    event.preventDefault();
  });
}

function bulk_bar(form) {
  const bar = form.querySelector('[data-bulk-bar]');
  const all = form.querySelector('[data-select-all]');
  const boxes = [...form.querySelectorAll('tbody input[type=checkbox]')];
  let last = -1;
  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest('tr').classList.toggle('is-selected', box.checked);
    if (all) {
      all.checked = count > 0 && count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
    if (!bar) return;
    bar.classList.toggle('is-open', count > 0);
    bar.querySelector('[data-bulk-count]').textContent = count;
  };
  const set_all = (is_checked) => {
    for (const box of boxes) box.checked = is_checked;
    show();
  };
  all?.addEventListener('change', () => set_all(all.checked));
  bar?.querySelector('[data-select-none]')?.addEventListener('click', () => set_all(false));
  form.addEventListener('click', (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last >= 0)
      for (let i = Math.min(at, last); i <= Math.max(at, last); i++) boxes[i].checked = event.target.checked;
    last = at;
    show();
  });
  show();
}
