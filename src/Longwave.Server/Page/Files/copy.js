// Copies text to the clipboard, also on insecure pages, where browsers do not offer their clipboard interface.

import { button, element } from './text.js';

const SHOWN_MS = 1500;

/** A button that copies what `text` returns. */
export function copyButton(text, words = 'Copy') {
  const made = button(words, async () => {
    made.textContent = (await copy(text())) ? 'Copied' : 'Cannot copy';
    setTimeout(() => {
      made.textContent = words;
    }, SHOWN_MS);
  });
  return made;
}

/** Returns whether the browser copied the text. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const before = document.activeElement;
  const field = element('textarea', 'unseen');
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  before?.focus();
  return isCopied;
}
