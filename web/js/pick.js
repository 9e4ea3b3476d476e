// A long list of choices gets a field above it: what is typed there (name, pinyin, initials, unit) leaves the choices that fit.
// Without script the list is the plain list.
const MANY = 12;

function add_field(select, words) {
  const label = select.labels?.[0]?.textContent || '';
  const field = document.createElement('input');
  field.type = 'search';
  field.className = 'form-control pick';
  field.placeholder = words;
  field.setAttribute('aria-label', `${label} ${words}`);
  field.autocomplete = 'off';
  const all = [...select.options].map((option) => ({ option, text: `${option.textContent} ${option.dataset.find || ''}`.toLowerCase() }));
  const fitting = () => {
    const parts = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter(({ option, text }) => !option.value || option.selected || parts.every((part) => text.includes(part)));
  };
  const show = () => select.replaceChildren(...fitting().map(({ option }) => option));
  // The first that fits and was not chosen before.
  const choose = () => {
    const found = fitting().find(({ option }) => option.value && !option.selected);
    if (found) found.option.selected = true;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  };
  field.addEventListener('input', () => {
    show();
    const left = fitting().filter(({ option }) => option.value && !option.selected);
    if (field.value && left.length === 1 && !select.multiple) choose();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') { event.preventDefault(); select.focus(); }
    if (event.key !== 'Enter') return;
    event.preventDefault();
    if (field.value) choose();
    field.value = '';
    show();
    select.focus();
  });
  select.before(field);
}

export function start_pick() {
  const words = document.body.dataset.pick;
  if (!words) return;
  for (const select of document.querySelectorAll('form[method=post] select'))
    if (select.options.length >= MANY && !select.querySelector('optgroup') && !select.closest('.bulk')) add_field(select, words);
}
