// Bytes in, what they say out: `text/event-stream` as WHATWG HTML 9.2.6 has it, and the hub's lines of JSON (spec/protocol.md, section 8).

import { LongwaveError } from './errors.js';
import { isPosition } from './positions.js';

/** One thing that a stream said. */
export type Item =
  | {
    readonly kind: 'event';
    readonly type: string;
    readonly data: string;
    /** The last event id. */
    readonly id: string;
    /** Did this event bring the id itself? */
    readonly own: boolean;
    readonly topic?: string;
    readonly topics?: readonly string[];
    readonly key?: string;
    readonly time?: string;
  }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'retry'; readonly ms: number }
  /** An id without an event. */
  | { readonly kind: 'id'; readonly id: string };

/** Most characters of one line or event unless the caller says otherwise: four times what a hub takes. */
export const MAX_EVENT_LENGTH = 4 * 1024 * 1024;

/** Splits a stream at CR, LF and CRLF, wherever the pieces were cut. Never holds more than the limit. */
abstract class LineParser {
  readonly #decoder = new TextDecoder();
  readonly #limit: number;
  #rest = '';
  #afterCr = false;

  constructor(limit: number = MAX_EVENT_LENGTH) {
    this.#limit = limit;
  }

  /** Takes the next bytes. What they complete comes out as it is asked for; a limit is an error after what came before it. */
  *push(bytes: Uint8Array): Generator<Item, void, undefined> {
    const text = this.#decoder.decode(bytes, { stream: true });
    let from = 0;
    let cr = -2;
    let lf = -2;
    while (from < text.length) {
      if (this.#afterCr) {
        this.#afterCr = false;
        if (text[from] === '\n') {
          from++;
          continue;
        }
      }

      // Each is looked for anew only when it was passed, so that a text without one of them is searched once.
      cr = cr === -1 || cr >= from ? cr : text.indexOf('\r', from);
      lf = lf === -1 || lf >= from ? lf : text.indexOf('\n', from);
      const end = cr < 0 ? lf : lf < 0 ? cr : Math.min(cr, lf);
      this.#check((end < 0 ? text.length : end) - from);
      if (end < 0) {
        this.#rest += text.slice(from);
        return;
      }

      const line = this.#rest + text.slice(from, end);
      this.#rest = '';
      this.#afterCr = end === cr;
      from = end + 1;
      const item = this.take(line);
      if (item !== null) {
        yield item;
      }
    }
  }

  #check(length: number): void {
    if (this.#rest.length + length + this.held > this.#limit) {
      throw new LongwaveError('too-large', `The stream sent an event of more than ${this.#limit} characters.`);
    }
  }

  /** Characters of the event that is not complete yet. */
  protected abstract readonly held: number;

  protected abstract take(line: string): Item | null;
}

/** `text/event-stream`. */
export class EventStreamParser extends LineParser {
  #data = '';
  #hasData = false;
  #type = '';
  #id: string;
  #ownId = false;

  /** @param lastEventId What was known before this stream: it stays until the stream says another. */
  constructor(limit?: number, lastEventId = '') {
    super(limit);
    this.#id = lastEventId;
  }

  protected get held(): number {
    return this.#data.length;
  }

  protected take(line: string): Item | null {
    if (line === '') {
      return this.#dispatch();
    }

    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    switch (field) {
      case '':
        return { kind: 'comment', text: value };
      case 'data':
        this.#data += value + '\n';
        this.#hasData = true;
        break;
      case 'event':
        this.#type = value;
        break;
      case 'id':
        if (!value.includes('\0')) {
          this.#id = value;
          this.#ownId = true;
        }

        break;
      case 'retry':
        return /^\d+$/.test(value) && Number.isSafeInteger(+value) ? { kind: 'retry', ms: +value } : null;
      default:
        break;
    }

    return null;
  }

  #dispatch(): Item | null {
    const id = this.#id;
    const item: Item | null = this.#hasData
      ? { kind: 'event', type: this.#type || 'message', data: this.#data.slice(0, -1), id, own: this.#ownId }
      : this.#ownId ? { kind: 'id', id } : null;
    this.#data = this.#type = '';
    this.#hasData = this.#ownId = false;
    return item;
  }
}

/** The hub's own object of an event, in a line or a poll answer, as an item. */
export function itemOf(value: unknown): Item {
  const { id, type = 'message', data, position, specversion, ...rest } = (value ?? {}) as Record<string, unknown>;
  if (specversion !== undefined) {
    // A CloudEvent: all of it is the data, as on a stream with format=cloudevents.
    return { kind: 'event', type: String(type), data: JSON.stringify(value), id: String(position ?? id), own: true };
  }

  if (typeof type !== 'string' || typeof data !== 'string' || (id !== undefined && !isPosition(id))) {
    throw new LongwaveError('malformed', 'The hub sent a line that is no event.');
  }

  return id !== undefined
    ? { ...rest, kind: 'event', type, data, id, own: true }
    : type === 'longwave.tip' ? { kind: 'comment', text: data } : { kind: 'event', type, data, id: '', own: false };
}

/** `application/x-ndjson`: every event with its topic, key and time, data byte for byte. */
export class JsonLinesParser extends LineParser {
  protected readonly held = 0;

  protected take(line: string): Item | null {
    if (line.trim() === '') {
      return null;
    }

    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new LongwaveError('malformed', 'The hub sent a line that is no JSON.', { cause });
    }

    return itemOf(value);
  }
}
