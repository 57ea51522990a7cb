// Parsers for `text/event-stream` (WHATWG HTML 9.2.6) and for the hub's JSON lines (spec/protocol.md, section 8).

import { parseObject } from './answers.js';
import { LongwaveError } from './errors.js';
import { isPosition } from './positions.js';

/** One item of a stream. */
export type Item =
  | {
    readonly kind: 'event';
    readonly type: string;
    readonly data: string;
    /** Last event id. */
    readonly id: string;
    /** Whether the event has its own `id:` field. */
    readonly own: boolean;
    readonly topic?: string;
    readonly topics?: readonly string[];
    readonly key?: string;
    readonly time?: string;
  }
  | { readonly kind: 'comment'; readonly text: string; /** `retry:`, where the format has both in one line. */ readonly ms?: number | undefined }
  | { readonly kind: 'retry'; readonly ms: number }
  /** An id without an event. */
  | { readonly kind: 'id'; readonly id: string };

/**
 * Maximum length in characters of a line or event with data of at most `length` (spec/protocol.md, section 3). JSON escapes a control
 * character as six. The topics of one event and its other fields have up to 2 MiB.
 * @param length Default: the hub's own limit.
 */
export const frameLength = (length = 1_048_576, isJson = true): number => (isJson ? 6 : 1) * length + 2_097_152;

/** Splits a stream at CR, LF and CRLF, independent of chunk boundaries. It buffers at most the limit. */
abstract class LineParser {
  readonly #limit: number;
  #rest = '';
  #afterCr = false;

  constructor(limit = frameLength()) {
    this.#limit = limit;
  }

  /** Parses more text and yields the completed items. An item above the limit throws, after the items before it were yielded. */
  *push(text: string): Generator<Item, void, undefined> {
    if (!text) {
      return;
    }

    // A CR at the end of a chunk ends its line at once; an LF at the start of the next chunk belongs to it.
    let from = this.#afterCr && text[0] === '\n' ? 1 : 0;
    const ends = /\r\n?|\n/g;
    ends.lastIndex = from;
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      const line = this.#keep(text.slice(from, end.index));
      this.#rest = '';
      from = ends.lastIndex;
      const item = this.take(line);
      if (item) {
        yield item;
      }
    }

    this.#rest = this.#keep(text.slice(from));
    this.#afterCr = text.endsWith('\r');
  }

  #keep(part: string): string {
    const line = this.#rest + part;
    if (line.length + this.held > this.#limit) {
      throw new LongwaveError('too-large', `The stream sent an event of more than ${this.#limit} characters.`);
    }

    return line;
  }

  /** Length of the incomplete event in characters. */
  protected abstract readonly held: number;

  protected abstract take(line: string): Item | null;
}

/** Parser of `text/event-stream`. */
export class EventStreamParser extends LineParser {
  #data = '';
  #hasData = false;
  #type = '';
  /** The fields `topic` of the event, which a hub sends on request, each after an LF. */
  #topics = '';
  #id: string;
  #ownId = false;

  /** @param lastEventId Id from before this stream; valid until the stream sends another. */
  constructor(limit?: number, lastEventId = '') {
    super(limit);
    this.#id = lastEventId;
  }

  protected get held(): number {
    return this.#data.length + this.#topics.length;
  }

  protected take(line: string): Item | null {
    if (line === '') {
      return this.#dispatch();
    }

    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) as unknown as [string, string, string];
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
      case 'topic':
        this.#topics += '\n' + value;
        break;
      case 'id':
        if (!value.includes('\0')) {
          this.#id = value;
          this.#ownId = true;
        }

        break;
      case 'retry':
        return /^\d+$/.test(value) && Number.isSafeInteger(+value) ? { kind: 'retry', ms: +value } : null;
    }

    return null;
  }

  #dispatch(): Item | null {
    const id = this.#id;
    const [, topic, ...others] = this.#topics.split('\n');
    const item: Item | null = this.#hasData
      ? {
        kind: 'event', type: this.#type || 'message', data: this.#data.slice(0, -1), id, own: this.#ownId,
        ...(topic !== undefined && { topic }), ...(others.length && { topics: [topic!, ...others] }),
      }
      : this.#ownId ? { kind: 'id', id } : null;
    this.#data = this.#type = this.#topics = '';
    this.#hasData = this.#ownId = false;
    return item;
  }
}

/** Removes the topics of an event of another server, to which `topic` is an unknown field. */
export const withoutTopics = <E extends Item & { kind: 'event' }>({ topic: _, topics: __, ...event }: E): Omit<E, 'topic' | 'topics'> => event;

/** Converts the hub's own object of an event, from a line or a poll response, to an item. */
export function itemOf(value: unknown): Item {
  const { id, type = 'message', data, position, specversion, retry, ...rest } = (value ?? {}) as Record<string, unknown>;
  if (specversion !== undefined) {
    // The data of a CloudEvent is the whole object, as on a stream with format=cloudevents.
    return { kind: 'event', type: String(type), data: JSON.stringify(value), id: String(position ?? id), own: true };
  }

  if (typeof type !== 'string' || typeof data !== 'string' || (id !== undefined && !isPosition(id))) {
    throw new LongwaveError('malformed', 'The hub sent an invalid event.');
  }

  return id !== undefined
    ? { ...rest, kind: 'event', type, data, id, own: true }
    : type === 'longwave.tip' ? { kind: 'comment', text: data, ms: retry as number | undefined } : { kind: 'event', type, data, id: '', own: false };
}

/** Parser of `application/x-ndjson`: every event has topic, key and time, and its data byte for byte. */
export class JsonLinesParser extends LineParser {
  protected readonly held = 0;

  protected take(line: string): Item | null {
    return line.trim() ? itemOf(parseObject(line)) : null;
  }
}
