// Reasons to hold new rows back, so that the list does not move while the user reads it.

/** Why rows wait, by reason; an earlier reason has priority. */
const WORDS = new Map([
  ['pause', 'the view is paused'],
  ['open', 'an event is open'],
  ['pointer', 'the pointer is over the list'],
  ['focus', 'a row has the focus (press Esc to continue)'],
]);

export class Hold {
  #reasons = new Set();
  #onChange;
  #pointer = '';

  /**
   * @param {HTMLElement} list
   * @param {() => void} onChange
   */
  constructor(list, onChange) {
    this.#onChange = onChange;

    // Only a mouse that moves: rows also appear below a pointer that rests, and a finger is not there between two touches.
    list.addEventListener('pointermove', ({ pointerType, screenX, screenY }) => {
      const now = `${screenX} ${screenY}`;
      const hasMoved = this.#pointer !== '' && this.#pointer !== now;
      this.#pointer = now;
      if (pointerType === 'mouse' && hasMoved) {
        this.set('pointer', true);
      }
    });
    list.addEventListener('pointerleave', () => {
      this.#pointer = '';
      this.set('pointer', false);
    });
    list.addEventListener('focusin', ({ target }) => this.set('focus', target.matches(':focus-visible')));
    list.addEventListener('focusout', () => this.set('focus', false));
  }

  get isHolding() {
    return this.#reasons.size > 0;
  }

  has(reason) {
    return this.#reasons.has(reason);
  }

  set(reason, isHeld) {
    if (this.#reasons.has(reason) !== isHeld) {
      this.#reasons[isHeld ? 'add' : 'delete'](reason);
      this.#onChange();
    }
  }

  /** Why rows wait. */
  get words() {
    return [...WORDS].find(([reason]) => this.#reasons.has(reason))?.[1] ?? '';
  }
}
