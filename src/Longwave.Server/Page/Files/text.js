// Text from the network, made safe to show. The page never parses such text as HTML.

/** Invisible characters that change how text looks: C0, C1, bidirectional overrides, line separators, byte order mark; not tab and line feed. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

const whole = new Intl.NumberFormat('en');

/** 12345 → "12,345". */
export const formatNumber = (number) => whole.format(number);

/** Creates an element with a class and, when given, text. */
export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }

  if (text !== undefined) {
    made.textContent = text;
  }

  return made;
}

/** Creates a button. */
export function button(words, onClick, className = 'quiet') {
  const made = element('button', className, words);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

/** Appends `text` as text nodes; an invisible character is shown as its code point. */
export function appendVisible(parent, text) {
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    parent.append(text.slice(from, match.index));
    const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
    parent.append(element('span', 'unprintable', `U+${code}`));
    from = match.index + match[0].length;
  }

  parent.append(text.slice(from));
}

/** Appends one line of at most `limit` characters, with line ends shown as ⏎. */
export function appendPreview(parent, text, limit) {
  // Truncate before any other work, because an event can have megabytes. Never split a surrogate pair.
  const cut = text.length > limit;
  const shown = cut ? text.slice(0, limit).replace(/[\ud800-\udbff]$/, '') : text;
  const lines = shown.split(/\r\n|\r|\n/);
  lines.forEach((line, index) => {
    if (index > 0) {
      parent.append(element('span', 'line-end', '⏎'));
    }

    appendVisible(parent, line);
  });
  if (cut) {
    parent.append(element('span', 'line-end', '…'));
  }
}

/** Normalizes line ends as the browser renders them. */
export const drawnLines = (text) => text.replace(/\r\n?/g, '\n');

const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * The tokens of a JSON text with the white space of a readable layout, or null when it is not a JSON object or array.
 * The tokens stay as sent: numbers keep all digits, duplicate names stay.
 * @returns {{ text: string, kind: '' | 'name' | 'string' | 'value' }[] | null}
 */
export function prettyJson(text) {
  if (!/^\s*[{[]/.test(text)) {
    return null;
  }

  try {
    JSON.parse(text);
  } catch {
    return null;
  }

  const tokens = text.match(TOKEN);
  const laidOut = [];
  let depth = 0;
  const put = (piece, kind) => laidOut.push({ text: piece, kind });
  const newLine = () => put(`\n${'  '.repeat(depth)}`, '');
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    const closing = token === '}' || token === ']';
    const empty = closing && (tokens[i - 1] === '{' || tokens[i - 1] === '[');
    if (closing) {
      depth--;
      if (!empty) {
        newLine();
      }
    }

    put(token === ':' ? ': ' : token, kindOf(token, tokens[i + 1]));
    if (token === '{' || token === '[') {
      depth++;
      if (tokens[i + 1] !== '}' && tokens[i + 1] !== ']') {
        newLine();
      }
    } else if (token === ',') {
      newLine();
    }
  }

  return laidOut;
}

function kindOf(token, next) {
  if (token[0] === '"') {
    return next === ':' ? 'name' : 'string';
  }

  return '{}[],:'.includes(token) ? '' : 'value';
}
