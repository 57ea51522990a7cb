// The details of one event, beside the list. They stay when the list moves, and when it drops the row.

import { copyButton } from './copy.js';
import { appendVisible, button, drawnLines, element, formatNumber, prettyJson } from './text.js';
import { offsetOf } from './longwave.js';

const OPEN_LENGTH = 20_000;

const byId = (id) => document.getElementById(id);

export class Detail {
  #pane = byId('detail');
  #heading = byId('detail-heading');
  #body = byId('detail-body');
  #newer = byId('detail-newer');
  #older = byId('detail-older');

  /** @param {{ close: () => void, step: (by: number) => void }} on `step`: -1 for the next newer event, 1 for the next older one. */
  constructor({ close, step }) {
    byId('detail-close').addEventListener('click', close);
    this.#newer.addEventListener('click', () => step(-1));
    this.#older.addEventListener('click', () => step(1));
  }

  get isOpen() {
    return !this.#pane.hidden;
  }

  /** Whether the focus is inside. */
  get hasFocus() {
    return this.#pane.contains(document.activeElement);
  }

  show(event) {
    this.#heading.textContent = `Event ${offsetOf(event.id)}`;
    this.#body.replaceChildren(factsOf(event), dataOf(event.data));
    this.#body.scrollTop = 0;
    this.#pane.hidden = false;
  }

  hide() {
    this.#pane.hidden = true;
    this.#body.replaceChildren();
  }

  /** `aria-disabled`, because a `disabled` button loses the focus. */
  showSteps(hasNewer, hasOlder) {
    this.#newer.ariaDisabled = String(!hasNewer);
    this.#older.ariaDisabled = String(!hasOlder);
  }
}

function factsOf(event) {
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

  return facts;
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
  actions.append(switcher, copyButton(() => data), more);
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
