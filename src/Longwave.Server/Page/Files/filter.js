// The filter of the list: text, and one type. It hides rows; the stream and the counts stay the same.

import { element } from './text.js';

/** Most types in the select; further types can be found as text. */
const MAX_TYPES = 100;

/** Type of events that have none. */
const NONE = 'message';

const byId = (id) => document.getElementById(id);

export class Filter {
  #text = byId('filter-text');
  #type = byId('filter-type');
  #types = new Set();
  #wanted = '';

  /** @param {() => void} onChange */
  constructor(onChange) {
    const change = () => {
      this.#wanted = this.#text.value.toLowerCase();
      onChange();
    };
    this.#text.addEventListener('input', change);
    this.#type.addEventListener('change', change);
    byId('filter-form').addEventListener('submit', (event) => event.preventDefault());
  }

  get isOn() {
    return this.#wanted !== '' || this.#type.value !== '';
  }

  /** Types seen so far, sorted, without that of events that have none. */
  get types() {
    return [...this.#types].filter((type) => type !== NONE).sort();
  }

  /** Adds the type of an event to the select. Returns whether it is a new one. */
  note({ type = NONE }) {
    if (this.#types.has(type) || this.#types.size >= MAX_TYPES) {
      return false;
    }

    this.#types.add(type);
    const made = element('option', '', type === NONE ? 'without a type' : type);
    made.value = type;
    const after = [...this.#type.options].slice(1).find((other) => other.value > type);
    this.#type.insertBefore(made, after ?? null);
    return true;
  }

  /** Whether a row shows the event. */
  matches({ data, topic = '', type = NONE, key = '' }) {
    return (this.#type.value === '' || this.#type.value === type)
      && (this.#wanted === '' || [data, topic, type, key].some((text) => text.toLowerCase().includes(this.#wanted)));
  }

  /** Shows all rows again. */
  clear() {
    this.#text.value = this.#wanted = this.#type.value = '';
  }

  /** Forgets the types of the previous selection. */
  reset() {
    this.clear();
    this.#types.clear();
    this.#type.replaceChildren(this.#type.options[0]);
  }
}
