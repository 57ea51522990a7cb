// The rows of the list, newest first: bounded, with one tab stop for all of them.

import { eventRow } from './event-row.js';
import { element } from './text.js';

/** Most rows on the page; the oldest are removed. */
export const MAX_ROWS = 500;

/** Most characters of data on the page, over all rows. */
export const MAX_CHARACTERS = 8_000_000;

/** Above this number of new rows at once, the fade-in is disabled, because it only flickers. */
const CALM_ROWS = 12;

/** Rows that Page Up and Page Down skip. */
const PAGE_ROWS = 10;

export class RowList {
  #list = document.getElementById('rows');
  #items = new Map();
  #characters = 0;
  #matches = () => true;
  #current = null;
  #onOpen;

  /** @param {(row: HTMLElement) => void} onOpen Called when the user activates the row of an event. */
  constructor(onOpen) {
    this.#onOpen = onOpen;
    this.#list.addEventListener('click', ({ target }) => {
      const row = target.closest('.row');
      if (row) {
        this.#setTabStop(row);
        onOpen(row);
      }
    });
    this.#list.addEventListener('focusin', ({ target }) => this.#setTabStop(target.closest('.row')));
    this.#list.addEventListener('keydown', (event) => this.#move(event));
  }

  get element() {
    return this.#list;
  }

  /** Number of rows, hidden ones included. */
  get size() {
    return this.#items.size;
  }

  /** Numbers of events: all, and those that the filter shows. */
  get counts() {
    const events = [...this.#items].filter(([, { event }]) => event !== undefined);
    return { all: events.length, shown: events.filter(([row]) => !row.hidden).length };
  }

  eventOf(row) {
    return this.#items.get(row)?.event;
  }

  has(row) {
    return this.#items.has(row);
  }

  /** The visible row of an event next to `row`, or null; -1 is the newer one. */
  beside(row, by) {
    const rows = this.#rows();
    const at = rows.indexOf(row);
    return at < 0 ? null : rows[at + by] ?? null;
  }

  /** Adds items, oldest first, above the others: `{ event, size }` or `{ notice, kind, size }`. */
  add(items) {
    const isCalm = items.length <= CALM_ROWS;
    const fresh = document.createDocumentFragment();
    for (const item of items) {
      const row = item.event ? eventRow(item.event) : noticeRow(item);
      row.classList.toggle('new', isCalm);
      row.hidden = item.event !== undefined && !this.#matches(item.event);
      this.#items.set(row, item);
      this.#characters += item.size;
      fresh.prepend(row);
    }

    this.#list.prepend(fresh);
    this.#trim();
    this.#keepTabStop();
  }

  clear() {
    this.#items.clear();
    this.#characters = 0;
    this.#current = null;
    this.#list.replaceChildren();
  }

  /** Shows only the rows whose events match; notices stay. */
  filter(matches) {
    this.#matches = matches;
    for (const [row, { event }] of this.#items) {
      row.hidden = event !== undefined && !matches(event);
    }

    this.#keepTabStop();
  }

  focus(row) {
    this.#setTabStop(row);
    row.firstElementChild.focus();
  }

  /** Marks the row whose event is open; null for none. */
  markOpen(row) {
    this.#list.querySelector('[aria-expanded=true]')?.setAttribute('aria-expanded', 'false');
    row?.firstElementChild.setAttribute('aria-expanded', 'true');
  }

  /** Removes the oldest rows above the limits; those that the filter hides first. The map has the rows oldest first. */
  #trim() {
    while (this.#items.size > MAX_ROWS || (this.#characters > MAX_CHARACTERS && this.#items.size > 1)) {
      const [oldest] = this.#items.keys();
      const hidden = oldest.hidden ? oldest : [...this.#items.keys()].find((row) => row.hidden) ?? oldest;
      this.#remove(hidden);
    }
  }

  #remove(row) {
    const hadFocus = row.contains(document.activeElement);
    this.#characters -= this.#items.get(row).size;
    this.#items.delete(row);
    row.remove();
    if (this.#current === row) {
      this.#current = null;
    }

    if (hadFocus) {
      const last = this.#rows().at(-1);
      last ? this.focus(last) : document.getElementById('feed').focus();
    }
  }

  #rows() {
    return [...this.#list.querySelectorAll(':scope > .row:not([hidden])')];
  }

  #setTabStop(row) {
    this.#current?.firstElementChild.setAttribute('tabindex', '-1');
    this.#current = row;
    row.firstElementChild.setAttribute('tabindex', '0');
  }

  /** Until the user enters the list, Tab leads to the newest row. */
  #keepTabStop() {
    if (!this.#current?.contains(document.activeElement)) {
      const first = this.#list.querySelector(':scope > .row:not([hidden])');
      first ? this.#setTabStop(first) : this.#current = null;
    }
  }

  #move(event) {
    const rows = this.#rows();
    const at = rows.indexOf(event.target.closest('.row'));
    const to = {
      ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + PAGE_ROWS, rows.length - 1), PageUp: Math.max(at - PAGE_ROWS, 0), Home: 0, End: rows.length - 1,
    }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }

    event.preventDefault();
    if (rows[to]) {
      this.focus(rows[to]);

      // While an event is open, the details follow the focus.
      if (this.#list.querySelector('[aria-expanded=true]')) {
        this.#onOpen(rows[to]);
      }
    }
  }
}

function noticeRow({ kind, notice }) {
  const row = element('li', 'notice');
  row.dataset.kind = kind;
  row.append(element('span', '', notice));
  return row;
}
