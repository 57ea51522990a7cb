// Keys for the whole page. Keys of one character can be switched off: voice control and a stray hand press them by mistake.

const NAME = 'longwave.keys';

const byId = (id) => document.getElementById(id);

/** @param {{ filter: () => void, topics: () => void, pause: () => void, escape: () => boolean }} on `escape` returns whether it closed something. */
export function setUpKeys({ filter, topics, pause, escape }) {
  const actions = new Map([['/', filter], ['t', topics], ['p', pause]]);
  const isOn = byId('keys-on');
  isOn.checked = read() !== 'off';
  isOn.addEventListener('change', () => write(isOn.checked ? null : 'off'));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
      return;
    }

    if (event.key === 'Escape') {
      if (document.querySelector(':popover-open') === null && escape()) {
        event.preventDefault();
      }
    } else if (isOn.checked && !isTyping(event.target) && actions.has(event.key)) {
      event.preventDefault();
      actions.get(event.key)();
    }
  });
}

const isTyping = (target) => target.matches('input:not([type=checkbox]), textarea, select');

function read() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

function write(value) {
  try {
    value === null ? localStorage.removeItem(NAME) : localStorage.setItem(NAME, value);
  } catch {
    // Storage is disabled: the choice lasts until the page is closed.
  }
}
