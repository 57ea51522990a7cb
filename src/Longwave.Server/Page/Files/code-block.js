// A block of code with buttons that copy it.

import { copyButton } from './copy.js';
import { TOKEN } from './snippets.js';
import { element } from './text.js';
import { currentToken } from './token.js';

/** Creates a block. Code that needs the token shows a name in its place; only the second button copies the token itself. */
export function codeBlock(title, code) {
  const figure = element('figure', 'snippet');
  const text = element('pre', '', code);
  text.tabIndex = 0;
  text.setAttribute('aria-label', title);
  const caption = element('figcaption', '', title);
  const buttons = element('span', 'copies');
  buttons.append(copyButton(() => code));
  if (code.includes(TOKEN) && currentToken() !== null) {
    buttons.append(copyButton(() => code.replaceAll(TOKEN, currentToken()), 'Copy with token'));
  }

  caption.append(buttons);
  figure.append(caption, text);
  return figure;
}
