import { LongwaveError } from './errors.js';
import type { PositionStore } from './options.js';
import { isAtOrBefore, isPosition } from './positions.js';

/** A store is asked at most this often. */
const SAVE_MS = 250;

/** How far a subscription came, across its connections. */
export class Place {
  readonly #fromPast: boolean;
  readonly #store: PositionStore | undefined;
  /** Everything that matches up to here was handed on, or its loss was told. */
  #position: string | null;
  /** Where the log stood when a subscription without a position began. */
  #begin: string | null = null;
  /** The newest event that was handed on: one at or before it comes a second time. */
  #seen: string | null = null;
  /** What the stream's `id:` fields said last. Heartbeats do not touch it. */
  #lastEventId: string;
  #tip: string | null = null;
  #greeting: string | null = null;
  #saved: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(fromPast: boolean, lastEventId: string | undefined, store: PositionStore | undefined) {
    this.#fromPast = fromPast;
    this.#store = store;
    this.#position = lastEventId || null;
    this.#lastEventId = lastEventId ?? '';
  }

  get position(): string | null {
    return this.#position ?? this.#begin;
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  /**
   * Is the connection one of a hub? Then positions order its events, comments hold tips, and `longwave.*` events are the hub's own words
   * (spec/protocol.md, section 5.1). Null until that is known.
   */
  isHub: boolean | null = null;

  /** A connection begins. */
  begin(isHub: boolean | null): void {
    this.#tip = this.#greeting = null;
    this.isHub = isHub;
  }

  /**
   * A hub's tip: the first one greets, and the later ones say that everything up to there was sent.
   * @returns Is it the greeting?
   */
  tip(text: string): boolean {
    const before = this.#tip;
    if (before !== null && !isAtOrBefore(before, text)) {
      throw new LongwaveError('stale', 'The tip of the log went back: this is another log, or a stale copy.');
    }

    this.#tip = text;
    if (before !== null) {
      this.#position = text;
      return false;
    }

    this.#greeting = text;
    this.#begin ??= this.#fromPast ? null : text;
    return true;
  }

  /** Does this event come for the first time? */
  isNew({ id, own }: { id: string; own: boolean }): boolean {
    if (!own || !isPosition(id)) {
      return true;
    }

    if (this.#seen !== null && isAtOrBefore(id, this.#seen)) {
      return false;
    }

    this.#seen = id;
    return true;
  }

  /** An event was processed, an id came without one, or a poll was answered. */
  moved(id: string): void {
    this.#lastEventId = id;
    this.#position = id || null;
  }

  /** The old positions mean nothing any more: this connection began anew. */
  reset(): void {
    this.#seen = this.#position = null;
    this.#lastEventId = '';
    this.#begin = this.#fromPast ? null : this.#greeting;
  }

  async load(): Promise<void> {
    const kept = (await this.#store?.load()) || null;
    if (kept !== null) {
      this.#position = this.#saved = kept;
      this.#lastEventId = kept;
    }
  }

  /** Everything that came was processed: the store hears of it, soon. */
  settle(): void {
    if (this.#store && this.position !== this.#saved) {
      this.#timer ??= setTimeout(() => void this.flush(), SAVE_MS);
    }
  }

  /** The store has the position when this is over. A store that fails costs repeats after a restart, and nothing now. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#saving = this.#saving.then(async () => {
      const { position } = this;
      if (this.#store && position !== null && position !== this.#saved) {
        await this.#store.save(position);
        this.#saved = position;
      }
    }).catch(() => {});
  }
}

