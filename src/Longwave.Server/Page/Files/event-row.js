// One event as a row of the list, with its details.

import { appendPreview, appendVisible, drawnLines, element, formatNumber, prettyJson } from './text.js';
import { offsetOf } from './longwave.js';

const PREVIEW_LENGTH = 400;
const OPEN_LENGTH = 20_000;

const two = (number) => String(number).padStart(2, '0');
const days = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/** Creates the row of an event. */
export function eventRow(event) {
  const row = element('li', 'row');
  const details = element('details');
  const summary = element('summary');
  summary.append(timeOf(event.time), bdi('topic', event.topic), typeOf(event), preview(event.data), positionOf(event.id));
  details.append(summary);

  // Details are created when a row is opened: most of the 500 rows never are.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) {
      details.append(inside(event));
    }
  });
  row.append(details);
  return row;
}

function timeOf(text) {
  const time = new Date(text);
  const made = element('time', 'time');
  made.dateTime = text;
  made.title = text;
  const today = time.toDateString() === new Date().toDateString();
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  made.append(today ? clock : `${days.format(time)} ${clock}`, element('small', '', `.${String(time.getMilliseconds()).padStart(3, '0')}`));
  return made;
}

/** `bdi` isolates text of unknown direction, so that it cannot reorder its neighbours. */
function bdi(className, text) {
  const made = element('bdi', className);
  appendVisible(made, text);
  made.title = text;
  return made;
}

function typeOf(event) {
  const cell = element('span', 'type');
  if (event.type !== undefined) {
    cell.append(bdi('tag', event.type));
  }

  return cell;
}

function preview(data) {
  const made = element('bdi', 'data');
  appendPreview(made, data, PREVIEW_LENGTH);
  return made;
}

function positionOf(id) {
  const made = element('span', 'position', offsetOf(id));
  made.title = id;
  return made;
}

function inside(event) {
  const box = element('div', 'inside');
  const facts = element('dl');
  const fact = (name, value) => {
    const text = element('bdi');
    appendVisible(text, value);
    const definition = element('dd');
    definition.append(text);
    facts.append(element('dt', '', name), definition);
  };

  fact('Position', event.id);
  fact('Time', event.time);
  (event.topics ?? [event.topic]).forEach((topic, i) => fact(i === 0 ? 'Topic' : 'Also', topic));
  if (event.type !== undefined) {
    fact('Type', event.type);
  }

  if (event.key !== undefined) {
    fact('Key', event.key);
  }

  box.append(facts, dataOf(event.data));
  return box;
}

function dataOf(data) {
  const box = element('div', 'whole');
  const actions = element('div', 'actions');
  const text = element('pre');
  text.tabIndex = 0;
  text.setAttribute('aria-label', 'Data');
  text.dir = 'auto';
  let pretty = prettyJson(data);
  let limit = OPEN_LENGTH;

  const switcher = button('As sent', () => {
    pretty = pretty === null ? prettyJson(data) : null;
    switcher.textContent = pretty === null ? 'Formatted' : 'As sent';
    draw();
  });
  const more = button('', () => {
    limit = Infinity;
    draw();
  });
  const draw = () => {
    text.replaceChildren();
    const left = pretty === null ? drawText(text, data, limit) : drawTokens(text, pretty, limit);
    more.hidden = !left;
  };

  more.textContent = `Show all ${formatNumber(data.length)} characters`;
  switcher.hidden = pretty === null;
  draw();
  actions.append(switcher, copyButton(data), more);
  box.append(text, actions);
  return box;
}

/** Returns whether the text was truncated. */
function drawText(parent, data, limit) {
  appendVisible(parent, drawnLines(data.slice(0, limit)));
  return data.length > limit;
}

function drawTokens(parent, tokens, limit) {
  let length = 0;
  for (const token of tokens) {
    if (length + token.text.length > limit) {
      return true;
    }

    length += token.text.length;
    if (token.kind === '') {
      parent.append(token.text);
    } else {
      const piece = element('span', `json-${token.kind}`);
      appendVisible(piece, token.text);
      parent.append(piece);
    }
  }

  return false;
}

function button(words, onClick) {
  const made = element('button', 'quiet', words);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

/** Copies the data exactly as published. Browsers allow the clipboard only in secure contexts (https, localhost). */
export function copyButton(text) {
  const made = button('Copy', async () => {
    try {
      await navigator.clipboard.writeText(text);
      made.textContent = 'Copied';
    } catch {
      made.textContent = 'Could not copy';
    }

    setTimeout(() => {
      made.textContent = 'Copy';
    }, 1500);
  });
  made.hidden = !navigator.clipboard;
  return made;
}
