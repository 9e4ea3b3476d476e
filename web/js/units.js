// Drag a unit onto its new parent; the dialog asks for the date and the reason and sends the plain form.
export function start_units() {
  const tree = document.querySelector('[data-unit-tree][data-move]');
  const dialog = document.getElementById('move-dialog');
  if (!tree || !dialog) return;
  const line_of = (event) => event.target.closest('[data-unit]');
  const name_of = (line) => line.querySelector('.name').textContent;
  let moved = null;
  for (const line of tree.querySelectorAll('[data-unit]')) line.draggable = true;
  const may_take = (line) => line && moved && line !== moved && !moved.parentElement.contains(line);
  tree.addEventListener('dragstart', (event) => {
    moved = line_of(event);
    if (!moved) return;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', name_of(moved));
  });
  const clear = () => { for (const line of tree.querySelectorAll('.is-over')) line.classList.remove('is-over'); };
  tree.addEventListener('dragover', (event) => {
    const line = line_of(event);
    clear();
    if (!may_take(line)) return;
    event.preventDefault();
    line.classList.add('is-over');
  });
  tree.addEventListener('dragend', clear);
  tree.addEventListener('drop', (event) => {
    const line = line_of(event);
    clear();
    if (!may_take(line)) return;
    event.preventDefault();
    dialog.querySelector('form').action = `/units/${moved.dataset.unit}/edit/move`;
    dialog.querySelector('[name=parent_id]').value = line.dataset.unit;
    dialog.querySelector('[data-move-unit]').textContent = name_of(moved);
    dialog.querySelector('[data-move-parent]').textContent = name_of(line);
    dialog.showModal();
  });
}
