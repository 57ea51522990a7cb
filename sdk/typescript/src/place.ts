import { LongwaveError } from './errors.js';
import type { PositionStore } from './options.js';
import { isAtOrBefore, isPosition } from './positions.js';

/** Minimum time between two saves to a store, in milliseconds. */
const SAVE_MS = 250;

/** Position of a subscription, across its connections. */
export class Place {
  readonly #fromPast: boolean;
  readonly #store: PositionStore | undefined;
  /** Everything that matches up to this position was delivered or reported as lost. */
  #position: string | null;
  /** Tip of the log when a subscription without a position started. */
  #begin: string | null = null;
  /** Newest delivered event: an event at or before it is a repeat. */
  #seen: string | null = null;
  /** Value of the stream's last `id:` field. Heartbeats do not change it. */
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
   * Whether the server is a hub; null until that is known. Positions of a hub order its events, its comments contain tips, and its
   * `longwave.*` events are control messages (spec/protocol.md, section 5.1).
   */
  isHub: boolean | null = null;

  /** Prepares for a new connection. */
  begin(isHub: boolean | null): void {
    this.#tip = this.#greeting = null;
    this.isHub = isHub;
  }

  /**
   * Processes a tip of a hub: the first one is the greeting; later ones confirm that everything up to them was sent.
   * @returns Whether it is the greeting.
   */
  tip(text: string): boolean {
    const before = this.#tip;
    if (before !== null && !isAtOrBefore(before, text)) {
      throw new LongwaveError('stale', 'The tip of the log moved backwards: another log.');
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

  /** Whether the event is not a repeat. */
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

  /** Records the position of a processed event, of an id without an event, or of a poll response. */
  moved(id: string): void {
    this.#lastEventId = id;
    this.#position = id || null;
  }

  /** Discards the old positions after a reset. */
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

  /** Schedules a save: everything received was processed. */
  settle(): void {
    if (this.#store && this.position !== this.#saved) {
      this.#timer ??= setTimeout(() => void this.flush(), SAVE_MS);
    }
  }

  /** Saves the position and resolves afterwards. A failed save is ignored; it can only cause repeats after a restart. */
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

