// The list of events, newest first: bounded, rendered once per frame, and pausable.

import { element, formatNumber } from './text.js';
import { eventRow } from './event-row.js';

/** Most rows on the page; the oldest are removed. */
const MAX_ROWS = 500;

/** Most characters of data on the page, over all rows. */
const MAX_CHARACTERS = 8_000_000;

/** Above this number of rows in one frame, the fade-in is disabled, because it only flickers. */
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

  /** Rows not rendered yet, oldest first: `{ event }` or `{ notice, kind }`. */
  #fresh = [];
  #freshCharacters = 0;

  /** Number of events dropped because too many arrived before they could be rendered. */
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

  /** Adds a sentence between the rows. */
  addNotice(kind, notice) {
    this.#put({ kind, notice, size: notice.length });
  }

  clear() {
    [this.#fresh, this.#sizes] = [[], []];
    [this.#freshCharacters, this.#skipped, this.#characters, this.#total, this.#waitingEvents] = [0, 0, 0, 0, 0];
    this.#list.replaceChildren();
    this.#drawFrame();
  }

  /** Sets what is shown while there is no row: an element or a list of elements. */
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

    // Browsers give hidden pages no frames; the waiting rows have the same limit as the rendered ones.
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
      : `The view is paused; ${formatNumber(this.#waitingEvents)} new ${this.#waitingEvents === 1 ? 'event' : 'events'}.`;
    this.#foot.hidden = this.#total <= MAX_ROWS && this.#skipped === 0;
    this.#foot.textContent = `The page keeps the newest ${formatNumber(rows)} rows of ${formatNumber(this.#total)} events. The hub's log has all of them.`;
  }

  #drawRows() {
    if (this.#skipped > 0) {
      this.#fresh.unshift({ kind: 'skipped', notice: `${formatNumber(this.#skipped)} events arrived faster than this page can show them.`, size: 0 });
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

  /** Arrow keys move from row to row, so that keyboard users can skip the contents of open rows. */
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
