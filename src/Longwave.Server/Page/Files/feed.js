// The list of events, newest first: bounded, drawn once per frame, and it can be held still.

import { element, formatNumber } from './text.js';
import { eventRow } from './event-row.js';

/** Rows kept on the page; the oldest leave. */
const MAX_ROWS = 500;

/** Characters of data kept on the page, whatever the number of rows. */
const MAX_CHARACTERS = 8_000_000;

/** More than these in one frame arrive without the fade: it would only flicker. */
const CALM_ROWS = 12;

const byId = (id) => document.getElementById(id);

export class Feed {
  #list = byId('rows');
  #names = byId('column-names');
  #empty = byId('empty');
  #foot = byId('foot');
  #held = byId('held');
  #heldWords = byId('held-words');
  #pause = byId('pause');
  #count = byId('event-count');
  #unit = byId('event-unit');

  /** Not drawn yet, oldest first: `{ event }` or `{ notice, kind }`. */
  #fresh = [];
  #freshCharacters = 0;

  /** Left out because too many came before they could be drawn. */
  #skipped = 0;
  #sizes = [];
  #characters = 0;
  #total = 0;
  #waitingEvents = 0;
  #paused = false;
  #frame = 0;

  constructor() {
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#paused));
    byId('held-resume').addEventListener('click', () => {
      this.#setPaused(false);
      this.#pause.focus();
    });
    byId('clear').addEventListener('click', () => this.clear());
    this.#list.addEventListener('keydown', (event) => this.#moveFocus(event));
  }

  addEvent(event) {
    this.#total++;
    this.#waitingEvents++;
    this.#put({ event, size: event.data.length + event.topic.length });
  }

  /** A sentence between the rows. */
  addNotice(kind, notice) {
    this.#put({ kind, notice, size: notice.length });
  }

  clear() {
    [this.#fresh, this.#sizes] = [[], []];
    [this.#freshCharacters, this.#skipped, this.#characters, this.#total, this.#waitingEvents] = [0, 0, 0, 0, 0];
    this.#list.replaceChildren();
    this.#drawFrame();
  }

  /** What is shown while there is no row: an element or a list of them. */
  showEmpty(...content) {
    this.#empty.replaceChildren(...content);
  }

  #put(item) {
    this.#fresh.push(item);
    this.#freshCharacters += item.size;
    while (this.#fresh.length > MAX_ROWS || (this.#freshCharacters > MAX_CHARACTERS && this.#fresh.length > 1)) {
      this.#freshCharacters -= this.#fresh[0].size;
      this.#skipped += this.#fresh.shift().event ? 1 : 0;
    }

    // Hidden pages get no frames; what waits is bounded as the rows are.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawFrame();
    });
  }

  #setPaused(paused) {
    this.#paused = paused;
    this.#pause.setAttribute('aria-pressed', String(paused));
    this.#pause.textContent = paused ? 'Resume' : 'Pause';
    this.#drawFrame();
  }

  #drawFrame() {
    if (!this.#paused && this.#fresh.length > 0) {
      this.#drawRows();
    }

    const rows = this.#list.childElementCount;
    this.#empty.hidden = rows > 0;
    this.#names.hidden = rows === 0;
    this.#count.textContent = formatNumber(this.#total);
    this.#unit.textContent = this.#total === 1 ? 'event' : 'events';
    this.#held.hidden = !this.#paused;
    this.#heldWords.textContent = this.#waitingEvents === 0
      ? 'The view is paused; events still arrive.'
      : `The view is paused; ${formatNumber(this.#waitingEvents)} ${this.#waitingEvents === 1 ? 'event' : 'events'} arrived meanwhile.`;
    this.#foot.hidden = this.#total <= MAX_ROWS && this.#skipped === 0;
    this.#foot.textContent = `The page keeps the newest ${formatNumber(rows)} rows of ${formatNumber(this.#total)} events. All of them are in the log.`;
  }

  #drawRows() {
    if (this.#skipped > 0) {
      this.#fresh.unshift({ kind: 'skipped', notice: `${formatNumber(this.#skipped)} events went by faster than they could be shown here.`, size: 0 });
      this.#skipped = 0;
    }

    const calm = this.#fresh.length <= CALM_ROWS;
    const rows = document.createDocumentFragment();
    for (const item of this.#fresh) {
      const row = item.event ? eventRow(item.event) : noticeRow(item);
      row.classList.toggle('new', calm);
      rows.prepend(row);
    }

    this.#list.prepend(rows);
    this.#sizes.unshift(...this.#fresh.map((item) => item.size).reverse());
    this.#characters += this.#freshCharacters;
    [this.#fresh, this.#freshCharacters, this.#waitingEvents] = [[], 0, 0];
    this.#trim();
  }

  #trim() {
    while (this.#sizes.length > MAX_ROWS || (this.#characters > MAX_CHARACTERS && this.#sizes.length > 1)) {
      this.#characters -= this.#sizes.pop();
      const last = this.#list.lastElementChild;
      if (last.contains(document.activeElement)) {
        last.previousElementSibling?.querySelector('summary')?.focus();
      }

      last.remove();
    }
  }

  /** Up and down go from row to row, so that nobody has to go through everything in an opened one. */
  #moveFocus(event) {
    if (event.target.localName !== 'summary' || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) {
      return;
    }

    const rows = [...this.#list.querySelectorAll(':scope > .row > details > summary')];
    const at = rows.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    rows[next]?.focus();
    event.preventDefault();
  }
}

function noticeRow({ kind, notice }) {
  const row = element('li', 'notice');
  row.dataset.kind = kind;
  row.append(element('span', '', notice));
  return row;
}
