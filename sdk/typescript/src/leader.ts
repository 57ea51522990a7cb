import { type Message, plain } from './group.js';
import type { SubscribeOptions } from './options.js';
import { subscribe } from './subscribe.js';
import type { Subscription } from './subscription.js';

/** Interval between beats of the leader, in milliseconds. */
export const BEAT_MS = 3000;

/** Time in milliseconds that a new leader waits for the topics of other tabs, so that it connects once. */
const GATHER_MS = 50;

/** The leader: the tab whose connection all tabs share. */
export class Leader {
  readonly #members = new Map<string, readonly string[]>();
  readonly #source: Subscription;
  readonly #post: (message: Message) => void;
  #topics: string;
  #isStopped = false;
  #beat: ReturnType<typeof setInterval> | undefined;

  /**
   * @param topics Topics of this tab.
   * @param at Position of this tab; null to start with new events.
   */
  constructor(url: string, options: SubscribeOptions, tab: string, topics: readonly string[], at: string | null, post: (message: Message) => void) {
    this.#post = post;
    this.#members.set(tab, topics);
    this.#topics = JSON.stringify(topics);

    // From here on the position alone determines what follows; a tab that needs earlier events reads them alone.
    this.#source = subscribe(url, { ...options, topics, format: 'lines', since: undefined, lastEventId: at ?? undefined, decode: undefined, signal: undefined });
  }

  /** Leads until it is stopped (true), or until the hub rejects the request or all topics are complete (false). */
  async run(): Promise<boolean> {
    const source = this.#source;
    let at = source.position;
    source.on('tip', () => {
      const after = at ?? source.position!;
      at = source.position!;
      this.#post({ kind: 'tip', after, at });
      this.#welcome();
    });
    source.on('event', (event) => {
      this.#post({ kind: 'event', after: at!, event });
      at = event.id;
    });
    source.on('control', (control) => {
      this.#post({ kind: 'control', control });
      if (control.type === 'gap') {
        this.#post({ kind: 'gap', after: at!, data: control.data });
      } else if (control.type === 'reset') {
        at = source.position!;
        this.#post({ kind: 'reset', at, data: control.data });
      }
    });
    source.on('state', (state) => {
      if (state.name !== 'closed') {
        this.#post({ kind: 'state', state: plain(state) });
      }
    });
    this.#beat = setInterval(() => this.#post({ kind: 'beat', at: source.position }), BEAT_MS);
    this.#post({ kind: 'who' });
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    try {
      for await (const _ of source) {
        // The listeners above have processed the event.
      }

      return this.#isStopped;
    } catch {
      return false;
    } finally {
      clearInterval(this.#beat);
    }
  }

  /** Adds the topics of a tab, on its first or a repeated `join`. */
  join(tab: string, topics: readonly string[]): void {
    this.#members.set(tab, topics);
    this.#ask();
    this.#waiting.add(tab);
    this.#welcome();
    if (this.#source.state.name !== 'closed') {
      this.#post({ kind: 'state', state: plain(this.#source.state) });
    }
  }

  leave(tab: string): void {
    if (this.#members.delete(tab)) {
      this.#ask();
    }
  }

  reconnect(): void {
    this.#source.reconnect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#source.close();
  }

  readonly #waiting = new Set<string>();

  /** Welcomes waiting tabs once the position of the connection is known: the request for what follows includes their topics. */
  #welcome(): void {
    const at = this.#source.position;
    if (at !== null) {
      this.#waiting.forEach((tab) => this.#post({ kind: 'welcome', tab, at }));
      this.#waiting.clear();
    }
  }

  /** Connects with the topics of all tabs, at the same position. */
  #ask(): void {
    const all = [...new Set([...this.#members.values()].flat())].sort();
    const topics = all.includes('*') ? ['*'] : all;
    const text = JSON.stringify(topics);
    if (text !== this.#topics) {
      this.#topics = text;
      this.#source.update({ topics });
    }
  }
}
