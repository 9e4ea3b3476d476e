// Drop zone and progress: the same multipart form, sent by XMLHttpRequest so that progress can be shown.
export function start_upload() {
  const form = document.querySelector('form[data-upload]');
  if (!form) return;
  const zone = form.querySelector('[data-drop]');
  const input = form.querySelector('input[type=file]');
  const box = form.querySelector('[data-upload-progress]');
  const state = form.querySelector('[data-upload-state]');
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle('is-over', depth > 0);
  };
  zone.addEventListener('dragenter', (event) => { event.preventDefault(); over(1); });
  zone.addEventListener('dragleave', () => over(-1));
  zone.addEventListener('dragover', (event) => event.preventDefault());
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    depth = 0;
    over(0);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  // A file dropped beside the zone must not replace the page.
  for (const kind of ['dragover', 'drop']) window.addEventListener(kind, (event) => event.preventDefault());

  form.addEventListener('submit', (event) => {
    // Where the answer is the page itself, a preview, the browser opens it; there is no address to go to.
    if (!input.files.length || form.dataset.upload === 'page') return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    const bar = box.querySelector('progress');
    box.hidden = false;
    form.querySelector('[data-upload-name]').textContent = input.files[0].name;
    state.textContent = state.dataset.sending;
    for (const button of form.querySelectorAll('button')) button.disabled = true;
    const ended = (message) => {
      state.textContent = message;
      for (const button of form.querySelectorAll('button')) button.disabled = false;
    };
    request.upload.addEventListener('progress', (progress) => {
      if (!progress.lengthComputable) return;
      const percent = Math.floor((100 * progress.loaded) / progress.total);
      bar.value = percent;
      form.querySelector('[data-upload-percent]').textContent = `${percent} %`;
    });
    request.upload.addEventListener('load', () => { state.textContent = state.dataset.reading; bar.removeAttribute('value'); });
    request.addEventListener('error', () => ended(state.dataset.failed));
    request.addEventListener('load', () => {
      const is_page = (request.getResponseHeader('Content-Type') || '').startsWith('text/html');
      if (request.status < 400) {
        location.assign(request.responseURL);
      } else if (is_page) {
        // Only the words of the answer are taken over, never its markup.
        const answer = new DOMParser().parseFromString(request.responseText, 'text/html');
        const said = answer.querySelector('#errors, .alert[role=status], #main .reading, [data-said]');
        ended(said ? said.textContent.trim() : state.dataset.failed);
        bar.value = 0;
      } else ended(state.dataset.failed);
    });
    request.open('POST', form.action);
    request.send(new FormData(form));
  });
}
