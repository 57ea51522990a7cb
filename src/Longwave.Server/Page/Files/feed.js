// The events of the stream: counted, held back while the user reads, filtered, and shown once per frame.

import { Detail } from './detail.js';
import { Filter } from './filter.js';
import { Hold } from './hold.js';
import { MAX_CHARACTERS, MAX_ROWS, RowList } from './row-list.js';
import { formatNumber } from './text.js';

const byId = (id) => document.getElementById(id);

const eventsOf = (count) => `${formatNumber(count)} ${count === 1 ? 'event' : 'events'}`;

export class Feed {
  #rows = new RowList((row) => this.#toggle(row));
  #hold = new Hold(this.#rows.element, () => this.#draw());
  #filter = new Filter(() => this.#applyFilter());
  #detail = new Detail({ close: () => this.closeDetail(), step: (by) => this.#step(by) });
  #opened = null;
  #pause = byId('pause');
  #onTypes;

  /** Items not rendered yet, oldest first. */
  #fresh = [];
  #freshCharacters = 0;

  /** Number of events dropped because too many arrived before they could be rendered. */
  #skipped = 0;
  #total = 0;
  #waiting = 0;
  #frame = 0;

  /** @param {(types: string[]) => void} onTypes Called when the first event of a type arrives. */
  constructor(onTypes) {
    this.#onTypes = onTypes;
    this.#pause.addEventListener('click', () => this.togglePause());
    byId('held-resume').addEventListener('click', () => this.#release());
    byId('clear').addEventListener('click', () => this.#empty());
    byId('filter-clear').addEventListener('click', () => this.clearFilter());
  }

  addEvent(event) {
    this.#total++;
    this.#waiting++;
    if (this.#filter.note(event)) {
      this.#onTypes(this.#filter.types);
    }

    this.#put({ event, size: event.data.length + event.topic.length });
  }

  /** Adds a sentence between the rows. */
  addNotice(kind, notice) {
    this.#put({ kind, notice, size: notice.length });
  }

  /** Forgets everything about the previous selection. */
  reset() {
    this.#filter.reset();
    this.#onTypes([]);
    this.#empty();
  }

  /** Sets what is shown while there is no row: an element or a list of elements. */
  showEmpty(...content) {
    byId('empty').replaceChildren(...content);
  }

  togglePause() {
    const isPaused = !this.#hold.has('pause');
    this.#hold.set('pause', isPaused);
    this.#pause.setAttribute('aria-pressed', String(isPaused));
    this.#pause.textContent = isPaused ? 'Resume' : 'Pause';
  }

  get isFiltered() {
    return this.#filter.isOn;
  }

  clearFilter() {
    this.#filter.clear();
    this.#applyFilter();
    byId('filter-text').focus();
  }

  get isDetailOpen() {
    return this.#detail.isOpen;
  }

  /** Hides the details. The focus returns to the row, if it was in the details or nowhere. */
  closeDetail() {
    const hadFocus = this.#detail.hasFocus || document.activeElement === document.body;
    const row = this.#opened;
    this.#detail.hide();
    this.#opened = null;
    this.#rows.markOpen(null);
    if (hadFocus) {
      row !== null && this.#rows.has(row) && !row.hidden ? this.#rows.focus(row) : byId('feed').focus();
    }

    this.#hold.set('open', false);
  }

  #empty() {
    if (this.#detail.isOpen) {
      this.closeDetail();
    }

    this.#fresh = [];
    [this.#freshCharacters, this.#skipped, this.#total, this.#waiting] = [0, 0, 0, 0];
    this.#rows.clear();
    this.#draw();
  }

  #toggle(row) {
    if (row === this.#opened) {
      this.closeDetail();
    } else {
      this.#open(row);
    }
  }

  #open(row) {
    this.#opened = row;
    this.#rows.markOpen(row);
    this.#detail.show(this.#rows.eventOf(row));
    this.#hold.set('open', true);
    this.#showSteps();
  }

  #step(by) {
    const next = this.#rows.beside(this.#opened, by);
    if (next) {
      this.#open(next);
      next.scrollIntoView({ block: 'nearest' });
    }
  }

  #showSteps() {
    if (this.#opened !== null) {
      this.#detail.showSteps(this.#rows.beside(this.#opened, -1) !== null, this.#rows.beside(this.#opened, 1) !== null);
    }
  }

  #applyFilter() {
    this.#rows.filter((event) => this.#filter.matches(event));
    this.#draw();
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
      this.#draw();
    });
  }

  /** Shows the waiting rows once, and ends a pause. */
  #release() {
    if (this.#hold.has('pause')) {
      this.togglePause();
      this.#pause.focus();
    }

    this.#addRows();
    this.#draw();
    this.#rows.element.parentElement.scrollTop = 0;
  }

  #draw() {
    // The first rows replace the text of the empty list: nothing moves away.
    if (!this.#hold.isHolding || (this.#rows.size === 0 && !this.#hold.has('pause'))) {
      this.#addRows();
    }

    const rows = this.#rows.size;
    const { all, shown } = this.#filter.isOn ? this.#rows.counts : { all: rows, shown: rows };
    byId('empty').hidden = rows > 0;
    byId('column-names').hidden = shown === 0;
    byId('event-count').textContent = formatNumber(this.#total);
    byId('event-unit').textContent = this.#total === 1 ? 'event' : 'events';
    byId('held').hidden = !this.#hold.isHolding || (this.#waiting === 0 && !this.#hold.has('pause'));
    byId('held-words').textContent = this.#waiting === 0
      ? 'The view is paused; events still arrive.'
      : `${formatNumber(this.#waiting)} new ${this.#waiting === 1 ? 'event waits' : 'events wait'}: ${this.#hold.words}.`;
    byId('filter-clear').hidden = !this.#filter.isOn;
    byId('filter-count').textContent = this.#filter.isOn ? `${formatNumber(shown)} of ${eventsOf(all)}` : '';
    byId('unmatched').hidden = !this.#filter.isOn || all === 0 || shown > 0;
    byId('foot').hidden = this.#total <= MAX_ROWS && this.#skipped === 0;
    byId('foot').textContent = `The page keeps the newest ${formatNumber(rows)} rows of ${formatNumber(this.#total)} events. The hub's log has all of them.`;
    this.#showSteps();
  }

  #addRows() {
    if (this.#fresh.length === 0) {
      return;
    }

    if (this.#skipped > 0) {
      this.#fresh.unshift({ kind: 'skipped', notice: `${eventsOf(this.#skipped)} not shown: the page keeps the newest ${formatNumber(MAX_ROWS)} rows.`, size: 0 });
      this.#skipped = 0;
    }

    this.#rows.add(this.#fresh);
    [this.#fresh, this.#freshCharacters, this.#waiting] = [[], 0, 0];
  }
}
