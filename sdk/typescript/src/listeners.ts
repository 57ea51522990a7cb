import type { Notices } from './options.js';

/** Listeners for notices: everything except the events of the loop. */
export class Listeners {
  readonly #all = new Map<string, Set<(value: never) => void>>();

  on<K extends keyof Notices>(name: K, listener: (value: Notices[K]) => void): () => void {
    const all = this.#all.get(name) ?? new Set();
    this.#all.set(name, all.add(listener));
    return () => void all.delete(listener);
  }

  say<K extends keyof Notices>(name: K, value: Notices[K]): void {
    for (const listener of this.#all.get(name) ?? []) {
      try {
        (listener as (value: Notices[K]) => void)(value);
      } catch (error) {
        // An exception of a listener must not end the subscription: report it as uncaught.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
