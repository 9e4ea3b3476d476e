// What was typed into a form marked data-keep survives an expired session, a lost network or a closed tab.
const prefix = 'bihuan:keep:';

export function start_keep() {
  const form = document.querySelector('form[data-keep]');
  if (!form) return;
  const name = prefix + form.dataset.keep;
  // With the version that the form showed: what somebody else has saved since is told when this is sent.
  const versions = ['rev', 'revision', 'seen'];
  const fields = () => [...form.elements].filter((field) => field.name && (versions.includes(field.name) || !['hidden', 'password', 'file'].includes(field.type)));
  const kept = JSON.parse(sessionStorage.getItem(name) || 'null');
  // A form that came back refused holds what was typed already.
  if (kept && kept.length === fields().length && !document.querySelector('#errors')) {
    const is_checked = (field) => ['checkbox', 'radio'].includes(field.type);
    const is_saved = fields().every((field, i) => versions.includes(field.name) || (is_checked(field) ? field.checked : field.value) === kept[i]);
    if (is_saved) sessionStorage.removeItem(name);
    else fields().forEach((field, i) => {
      if (is_checked(field)) field.checked = kept[i];
      else field.value = kept[i];
    });
  }
  form.addEventListener('input', () => {
    const values = fields().map((field) => (['checkbox', 'radio'].includes(field.type) ? field.checked : field.value));
    sessionStorage.setItem(name, JSON.stringify(values));
  });
  // Gone once the server has shown another page: a refused form comes back to the same address and keeps it.
  form.addEventListener('submit', () => sessionStorage.setItem(`${prefix}sent`, JSON.stringify([name, location.pathname])));
}

const sent = JSON.parse(sessionStorage.getItem(`${prefix}sent`) || 'null');
if (sent && !document.querySelector('#errors, form[data-keep]')) {
  sessionStorage.removeItem(sent[0]);
  sessionStorage.removeItem(`${prefix}sent`);
}
