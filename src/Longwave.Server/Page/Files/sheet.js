// On narrow windows, the topics and the publish form are a sheet above the events, opened from the bar at the bottom.

const NARROW = '(max-width: 52rem)';

const byId = (id) => document.getElementById(id);

export class Sheet {
  #side = byId('side');
  #narrow = matchMedia(NARROW);

  constructor() {
    this.#narrow.addEventListener('change', () => this.#adapt());
    this.#adapt();
    byId('sheet-close').addEventListener('click', () => this.close());
    byId('dock-topics').addEventListener('click', () => this.open('topics-card'));
    byId('dock-publish').addEventListener('click', () => this.open('publish'));
    this.#side.addEventListener('toggle', ({ newState }) => {
      for (const name of ['dock-topics', 'dock-publish']) {
        byId(name).setAttribute('aria-expanded', String(newState === 'open'));
      }
    });
  }

  get isNarrow() {
    return this.#narrow.matches;
  }

  /** Opens the sheet at one of its cards; on a wide window the cards are always visible. */
  open(card) {
    if (this.isNarrow && !this.#side.matches(':popover-open')) {
      this.#side.showPopover();
    }

    byId(card).scrollIntoView({ block: 'start' });
  }

  /** Closes the sheet; the browser returns the focus to the button that opened it. */
  close() {
    if (this.isNarrow && this.#side.matches(':popover-open')) {
      this.#side.hidePopover();
    }
  }

  #adapt() {
    this.#side.popover = this.isNarrow ? 'auto' : null;
    byId('publish').open = true;
  }
}
