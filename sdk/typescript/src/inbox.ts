import type { LongwaveEvent } from './options.js';

/** Maximum number of events queued in a tab for its loop. The tab reads further ones from the hub later. */
const MAX_QUEUED = 1000;

/** Maximum length of the queued data, in characters. */
const MAX_QUEUED_LENGTH = 16 * 1024 * 1024;

/** Events of the shared connection that wait for the loop of a tab. */
export class Inbox {
  readonly #events: LongwaveEvent[] = [];
  #length = 0;

  get isFull(): boolean {
    return this.#events.length >= MAX_QUEUED || this.#length >= MAX_QUEUED_LENGTH;
  }

  push(event: LongwaveEvent): void {
    this.#length += event.data.length;
    this.#events.push(event);
  }

  shift(): LongwaveEvent | undefined {
    const event = this.#events.shift();
    this.#length -= event?.data.length ?? 0;
    return event;
  }
}
