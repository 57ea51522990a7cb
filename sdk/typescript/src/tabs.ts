import type { LongwaveError } from './errors.js';
import { type Message, revive } from './group.js';
import { Inbox } from './inbox.js';
import { BEAT_MS, Leader } from './leader.js';
import { Listeners } from './listeners.js';
import type { Control, LongwaveEvent, Notices, SharedOptions, State, SubscribeOptions } from './options.js';
import { isAtOrBefore } from './positions.js';
import { absolute, decoded } from './requests.js';
import { selects } from './selectors.js';
import { subscribe } from './subscribe.js';
import type { Subscription } from './subscription.js';
export type { SharedOptions } from './options.js';

/** Number of missed beats after which a leader counts as frozen or hanging. */
const SILENT_BEATS = 4;

const CATCH_UP_MS = 250;

/**
 * A subscription that shares one connection with equal subscriptions in all tabs of the origin. With HTTP/1.1 a browser opens only six
 * connections per host, for all tabs together.
 *
 * The tab that holds the Web Lock is the leader: it subscribes to the topics of all tabs and posts each event to them. When it is closed,
 * frozen or hanging, another tab becomes the leader, at its own position. A tab that missed events detects this from the positions and
 * reads them from the hub itself. Tabs share a connection when group, URL, types, rate and conflation are equal. Without Web Locks (an
 * insecure page), each tab has its own connection.
 */
export class SharedSubscription<T = string> implements AsyncIterable<LongwaveEvent<T>> {
  readonly #url: string;
  readonly #options: SharedOptions<T>;
  readonly #topics: readonly string[];
  /** Topics of this tab that are not complete. */
  readonly #open: Set<string>;
  readonly #isMine: (topic: string) => boolean;
  readonly #tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join('');
  readonly #name: string;
  readonly #listeners = new Listeners();
  readonly #end = new AbortController();
  #channel: BroadcastChannel | null = null;
  readonly #inbox = new Inbox();
  #leader: Leader | null = null;
  #isAlone: boolean;
  #isIn = false;
  /** Newest event or tip that was queued, skipped, or read alone. */
  #heard: string | null;
  /** Last known position of the shared connection. */
  #leaderAt: string | null = null;
  #isBehind = false;
  #position: string | null;
  #wake: (() => void) | null = null;
  #own: Subscription<T> | null = null;
  #state: State = { name: 'connecting', transport: 'stream' };
  #beatAt = performance.now();
  #lookedAt = performance.now();
  #watch: ReturnType<typeof setInterval> | undefined;
  #wait = new AbortController();
  #steals = false;
  #isFrozen = false;
  #thaw: (() => void) | null = null;
  #isRead = false;

  constructor(url: string | URL, options: SharedOptions<T>) {
    const { topics, types, maxRate, conflate, group } = options;
    this.#url = absolute(url);
    this.#options = options;
    this.#topics = typeof topics === 'string' ? [topics] : topics;
    this.#open = new Set(this.#topics);
    this.#isMine = selects(this.#topics);
    this.#name = `longwave ${JSON.stringify([this.#url, types ?? null, maxRate ?? null, conflate ?? null, group ?? null])}`;
    this.#heard = this.#position = options.lastEventId ?? null;
    this.#isAlone = globalThis.navigator?.locks === undefined || globalThis.BroadcastChannel === undefined;
    options.signal?.addEventListener('abort', () => this.close());
    if (options.signal?.aborted) {
      this.close();
    }
  }

  /** Whether this tab holds the connection. */
  get isLeader(): boolean {
    return this.#leader !== null || this.#isAlone;
  }

  get state(): State {
    return this.#state;
  }

  /** Everything of this tab's topics up to this position was processed. */
  get position(): string | null {
    return this.#position;
  }

  /** Adds a listener, as `on` of a subscription does; `tip` and `event` are those of this tab. */
  on<K extends keyof Notices>(name: K, listener: (value: Notices[K]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  /** Ends a delay or the current connection, and connects at once. */
  reconnect(): void {
    this.#tell({ kind: 'reconnect' });
    this.#own?.reconnect();
  }

  /** Ends the subscription in this tab. */
  close(): void {
    if (!this.#end.signal.aborted) {
      this.#tell({ kind: 'leave', tab: this.#tab });
      this.#end.abort();
      this.#wait.abort();
      this.#leader?.stop();
      this.#own?.close();
      this.#thaw?.();
      this.#wake?.();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LongwaveEvent<T>, undefined> {
    if (this.#isRead) {
      throw new TypeError('A subscription has one reader; subscribe again for another.');
    }

    this.#isRead = true;
    let error: LongwaveError | null = null;
    this.#begin();
    try {
      while (!this.#end.signal.aborted) {
        const event = this.#inbox.shift();
        if (event) {
          this.#listeners.say('event', event);
          yield decoded(this.#options, event);
          this.#position = event.id;
        } else if (this.#isAlone || (this.#isBehind && this.#leaderAt !== null)) {
          yield* this.#readAlone();
        } else {
          this.#position = this.#heard ?? this.#position;
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } catch (thrown) {
      error = thrown as LongwaveError;
      throw thrown;
    } finally {
      this.close();
      clearInterval(this.#watch);
      this.#channel?.close();
      this.#setState({ name: 'closed', error });
    }
  }

  #begin(): void {
    if (this.#isAlone) {
      return;
    }

    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#hear(data);
    this.#watch = setInterval(() => this.#look(), BEAT_MS);
    const freeze = () => {
      this.#isFrozen = true;
      this.#leader?.stop();
    };
    const thaw = () => {
      this.#isFrozen = false;
      this.#beatAt = performance.now();
      this.#thaw?.();
      this.#join();
    };
    const { signal } = this.#end;
    document.addEventListener('freeze', freeze, { signal });
    document.addEventListener('resume', thaw, { signal });
    addEventListener('pagehide', freeze, { signal });
    addEventListener('pageshow', (shown) => shown.persisted && thaw(), { signal });
    this.#join();
    void this.#compete();
  }

  /** Waits for the lock, leads while holding it, and waits again. */
  async #compete(): Promise<void> {
    while (!this.#end.signal.aborted && !this.#isAlone) {
      this.#wait = new AbortController();
      const options: LockOptions = this.#steals ? { steal: true } : { signal: this.#wait.signal };
      this.#steals = false;
      try {
        await navigator.locks.request(this.#name, options, () => this.#lead());
      } catch {
        // Another tab that detected a hang stole the lock, or the wait was aborted to steal it or to close.
        this.#leader?.stop();
      }

      this.#leader = null;
      if (this.#isFrozen && !this.#end.signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#thaw = resolve;
        });
      }
    }
  }

  async #lead(): Promise<void> {
    if (this.#isFrozen || this.#end.signal.aborted) {
      return;
    }

    const leader = this.#leader = new Leader(this.#url, this.#options as SubscribeOptions, this.#tab, this.#topics, this.#heard, (message) => this.#tell(message));
    this.#isIn = false;
    leader.join(this.#tab, this.#topics);
    if (!(await leader.run())) {
      this.#tell({ kind: 'solo' });
    }
  }

  /** Posts a message to all tabs, including this one. */
  #tell(message: Message): void {
    this.#channel?.postMessage(message);
    this.#hear(message);
  }

  #join(): void {
    this.#channel?.postMessage({ kind: 'join', tab: this.#tab, topics: this.#topics } satisfies Message);
  }

  #hear(message: Message): void {
    if (this.#end.signal.aborted || this.#isAlone) {
      return;
    }

    if (!['join', 'leave', 'reconnect'].includes(message.kind)) {
      this.#beatAt = performance.now();
    }

    switch (message.kind) {
      case 'join':
        this.#leader?.join(message.tab, message.topics);
        break;
      case 'leave':
        this.#leader?.leave(message.tab);
        break;
      case 'reconnect':
        this.#leader?.reconnect();
        break;
      case 'who':
        this.#isIn &&= this.#leader !== null;
        if (this.#leader === null) {
          this.#join();
        }

        break;
      case 'welcome':
        if (message.tab === this.#tab) {
          this.#isIn = true;
          this.#position ??= this.#heard ??= this.#options.since === undefined ? message.at : null;
          this.#reach(message.at, message.at);
        }

        break;
      case 'event':
        if (this.#isIn && this.#reach(message.after, message.event.id)) {
          this.#take(message.event);
        }

        break;
      case 'tip':
        if (this.#isIn) {
          this.#reach(message.after, message.at);
        }

        this.#listeners.say('tip', message.at);
        break;
      case 'beat':
        if (this.#isIn && message.at !== null) {
          this.#reach(message.at, message.at);
        }

        break;
      case 'gap':
        if (this.#isIn && this.#heard !== null && isAtOrBefore(message.after, this.#heard)) {
          this.#listeners.say('gap', message.data);
        }

        break;
      case 'reset':
        if (this.#isIn && !this.#isBehind) {
          [this.#heard, this.#leaderAt] = [message.at, message.at];
          this.#listeners.say('reset', message.data);
        }

        break;
      case 'control':
        this.#control(message.control);
        break;
      case 'state':
        this.#setState(revive(message.state));
        break;
      default:
        this.#isAlone = true;
        this.#leader?.stop();
        this.#wait.abort();
        this.#wake?.();
    }
  }

  /** When all topics of this tab are complete, the tab reads the rest alone and ends, while others use the shared connection. */
  #control(control: Control): void {
    this.#listeners.say('control', control);
    const topic = control.type === 'complete' ? String(control.data['topic']) : null;
    if (topic !== null && this.#isMine(topic)) {
      this.#listeners.say('complete', control.data);
      if (this.#open.delete(topic) && this.#open.size === 0) {
        this.#channel?.postMessage({ kind: 'leave', tab: this.#tab } satisfies Message);
        this.#hear({ kind: 'solo' });
      }
    }
  }

  /** Processes a move of the connection from `after` to `at`. True when this tab was at `after` and moves along. */
  #reach(after: string, at: string): boolean {
    this.#leaderAt = at;
    if (this.#isBehind || (this.#heard !== null && isAtOrBefore(at, this.#heard))) {
      return false;
    }

    if (this.#heard === null || !isAtOrBefore(after, this.#heard) || this.#inbox.isFull) {
      this.#isBehind = true;
      this.#wake?.();
      return false;
    }

    this.#heard = at;
    this.#wake?.();
    return true;
  }

  #take(event: LongwaveEvent): void {
    if ((event.topics ?? [event.topic ?? '']).some(this.#isMine)) {
      this.#inbox.push(event);
    }
  }

  /** Reads from the hub what this tab missed, or everything when it is alone. */
  async *#readAlone(): AsyncGenerator<LongwaveEvent<T>> {
    const { since, ...options } = this.#options;
    const own = this.#own = subscribe<T>(this.#url, {
      ...options, format: 'lines', since: this.#heard === null ? since : undefined, lastEventId: this.#heard ?? undefined, signal: undefined,
      ...(this.#isAlone ? {} : { transport: 'poll', pollEveryMs: CATCH_UP_MS }),
    });
    const pass = <K extends keyof Notices>(name: K) => own.on(name, (value) => this.#listeners.say(name, value));
    (['gap', 'reset', 'event'] as const).forEach(pass);
    if (this.#isAlone) {
      (['control', 'complete', 'tip'] as const).forEach(pass);
      own.on('state', (state) => state.name !== 'closed' && this.#setState(state));
    } else {
      own.on('tip', () => {
        this.#heard = own.position;
        if (this.#heard !== null && this.#leaderAt !== null && isAtOrBefore(this.#leaderAt, this.#heard)) {
          this.#isBehind = false;
          own.close();
        }
      });
    }

    try {
      for await (const event of own) {
        this.#heard = event.id;
        yield event;
        this.#position = event.id;
      }
    } finally {
      own.close();
      this.#own = null;
    }

    if (this.#isAlone) {
      this.#end.abort();
    }
  }

  /** Checks whether the leader is alive. A hidden tab does not check, because its own timers are late. */
  #look(): void {
    const now = performance.now();
    const slept = now - this.#lookedAt > BEAT_MS * 2;
    this.#lookedAt = now;
    if (slept || this.#leader !== null || document.visibilityState === 'hidden') {
      this.#beatAt = now;
    } else if (now - this.#beatAt > BEAT_MS * SILENT_BEATS) {
      this.#beatAt = now;
      this.#steals = true;
      this.#wait.abort();
    }
  }

  #setState(state: State): void {
    this.#state = state;
    this.#listeners.say('state', state);
  }
}

/** Subscribes through one connection for all tabs of the origin. */
export const subscribeShared = <T = string>(url: string | URL, options: SharedOptions<T>): SharedSubscription<T> => new SharedSubscription(url, options);
