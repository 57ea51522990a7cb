import { parseObject, piecesOf, readText } from './answers.js';
import { Backoff } from './backoff.js';
import { LongwaveError } from './errors.js';
import { Listeners } from './listeners.js';
import type { LongwaveEvent, Notices, Question, State, SubscribeOptions, Transport } from './options.js';
import { EventStreamParser, frameLength, itemOf, type Item, JsonLinesParser, withoutTopics } from './parser.js';
import { Place } from './place.js';
import { isPosition } from './positions.js';
import { decoded, Requests } from './requests.js';
import { Watchdog } from './watchdog.js';
import { AGAIN, ANSWER_LENGTH, EMPTY_POLL_MS, GREETING_MS, isOffline } from './waits.js';

/**
 * Subscription to the events of one URL, as an async iterator that continues across broken connections and server restarts.
 *
 * One loop reads it. It requests more data only when the loop does, so a slow reader needs no memory: the server waits. An event counts as
 * processed, and `position` advances, when the loop requests the next event.
 */
export class Subscription<T = string> implements AsyncIterable<LongwaveEvent<T>> {
  readonly #options: SubscribeOptions<T>;
  readonly #isHub: boolean;
  readonly #requests: Requests;
  readonly #backoff: Backoff;
  readonly #watchdog: Watchdog;
  readonly #place: Place;
  readonly #listeners = new Listeners();
  readonly #release: (() => void)[] = [];
  #transport: Transport;
  /** Transport of the current connection. */
  #way: 'stream' | 'poll' = 'stream';
  #abort = new AbortController();
  /** Error with which the client ended this connection. On some platforms a signal has no reason. */
  #left: LongwaveError | null = null;
  #wake: (() => void) | null = null;
  /** Whether a network or page event may end the delay. It may not when the server set the delay. */
  #mayWake = false;
  #isRead = false;
  #isClosed = false;
  #wasOpen = false;
  #openedAt = 0;
  #resumedAt: string | null = null;
  /** Whether the state 'open' is still to be reported. */
  #isOpening = true;
  /** Exact delay before the next connection in milliseconds, from `longwave.reconnect`. */
  #comeBackMs: number | null = null;
  #pollsUntil: number;
  #state: State = { name: 'connecting', transport: 'stream' };

  constructor(url: string | URL, options: SubscribeOptions<T> = {}) {
    this.#options = options;
    this.#requests = new Requests(url, options as SubscribeOptions<never>);
    this.#isHub = options.topics !== undefined;
    this.#transport = options.transport ?? (this.#isHub ? 'auto' : 'stream');
    this.#backoff = new Backoff(options);
    this.#pollsUntil = this.#requests.canStream ? 0 : Infinity;
    this.#watchdog = new Watchdog(options.heartbeatMs, this.#isHub, (error) => this.#leave(error));
    this.#place = new Place(options.since !== undefined, options.lastEventId, options.store);
    this.#watch(options.signal, 'abort', () => this.close());
    this.#watch(globalThis, 'online', () => this.#nudge());
    ['visibilitychange', 'resume'].forEach((name) => this.#watch(globalThis.document, name, () => this.#nudge()));
    if (options.signal?.aborted) {
      this.close();
    }
  }

  /** Current state. */
  get state(): State {
    return this.#state;
  }

  /** Everything up to this position was processed or reported as lost. Pass it as `lastEventId` to resume. Null while it is unknown. */
  get position(): string | null {
    return this.#place.position;
  }

  /** Adds a listener for notices. Returns a function that removes it. */
  on<K extends keyof Notices>(name: K, listener: (value: Notices[K]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** Switches the transport and keeps the position. */
  set transport(transport: Transport) {
    if (this.#transport !== transport) {
      this.#transport = transport;
      this.#pollsUntil = this.#requests.canStream ? 0 : Infinity;
      this.reconnect();
    }
  }

  /** Changes the selection and keeps the position. */
  update(question: Question): void {
    this.#requests.question = { ...this.#requests.question, ...question };
    this.reconnect();
  }

  /** Ends a delay or the current connection, and connects at once. */
  reconnect(): void {
    this.#leave(AGAIN);
    this.#wake?.();
  }

  /** Ends the subscription; the loop ends without an error. */
  close(): void {
    this.#isClosed = true;
    this.reconnect();
    this.#release.splice(0).forEach((release) => release());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<LongwaveEvent<T>> {
    if (this.#isRead) {
      throw new TypeError('A subscription has one reader.');
    }

    this.#isRead = true;
    const run = this.#run();
    const iterator: AsyncIterableIterator<LongwaveEvent<T>> = {
      next: () => run.next(),
      return: () => {
        this.close();
        return run.return(undefined);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Connects, delivers events, waits, and starts again. */
  async *#run(): AsyncGenerator<LongwaveEvent<T>, undefined> {
    let error: LongwaveError | null = null;
    try {
      await this.#place.load();
      while (!this.#isClosed) {
        const failure: LongwaveError | null = yield* this.#connection();
        if (failure === null || this.#isClosed) {
          return;
        }

        if (!failure.retryable) {
          throw failure;
        }

        if (failure !== AGAIN) {
          await this.#pause(failure);
        }
      }
    } catch (thrown) {
      error = thrown as LongwaveError;
      throw thrown;
    } finally {
      this.close();
      await this.#place.flush();
      this.#enter({ name: 'closed', error });
    }
  }

  /** Runs one connection. Returns why it ended; null after status 204. */
  async *#connection(): AsyncGenerator<LongwaveEvent<T>, LongwaveError | null> {
    const { signal } = (this.#abort = new AbortController());
    this.#way = this.#transport === 'poll' || (this.#transport === 'auto' && performance.now() < this.#pollsUntil) ? 'poll' : 'stream';
    this.#left = null;
    this.#resumedAt = this.position;
    this.#openedAt = 0;
    this.#isOpening = true;
    this.#comeBackMs = null;
    this.#enter({ name: 'connecting', transport: this.#way });
    try {
      return this.#way === 'poll' ? yield* this.#poll(signal) : yield* this.#stream(signal);
    } catch (thrown) {
      // The exception of an abort differs between platforms.
      const error: unknown = this.#left ?? thrown;
      return error instanceof LongwaveError ? error : new LongwaveError(
        'network', this.#openedAt ? 'The connection broke.' : 'The server is unreachable.', { cause: error, retryable: this.#wasOpen || this.#requests.isWeb },
      );
    } finally {
      this.#watchdog.stop();
      this.#abort.abort();
    }
  }

  async *#stream(signal: AbortSignal): AsyncGenerator<LongwaveEvent<T>, LongwaveError | null> {
    const { format, heartbeatMs, greetingMs, maxEventLength } = this.#options;
    const isLines = format === 'lines';

    // A server that is not a hub may hold back all data, even the headers, until its first heartbeat.
    const headersMs = this.#isHub ? GREETING_MS : heartbeatMs ? Math.max(GREETING_MS, this.#watchdog.silenceMs) : Infinity;
    this.#watchdog.arm(greetingMs ?? headersMs, 'no-greeting');
    const response = this.#requests.canStream ? await this.#requests.ask(isLines ? 'application/x-ndjson' : 'text/event-stream', 0, this.position, this.#wasOpen, signal) : undefined;
    if (response === null) {
      return null;
    }

    if (!response?.body) {
      throw new LongwaveError('not-a-stream', 'This fetch cannot stream: use xhrFetch of @longwave/client/xhr.', { retryable: false });
    }

    const limit = frameLength(maxEventLength, isLines || format === 'cloudevents');
    const parser = isLines ? new JsonLinesParser(limit) : new EventStreamParser(limit, this.#place.lastEventId);
    const connection = response.headers.get('Longwave-Connection');
    if (!this.#isHub && greetingMs === undefined) {
      this.#watchdog.arm(this.#watchdog.silenceMs, 'silence');
      this.#opened();
    }

    this.#place.begin(isLines || connection !== null || null);
    for await (const text of piecesOf(response)) {
      this.#watchdog.stop();
      for (const item of parser.push(text)) {
        yield* this.#take(item, connection);
      }

      this.#opened();
      this.#place.settle();
      this.#watchdog.arm(this.#watchdog.silenceMs, 'silence');
    }

    return new LongwaveError('ended', 'The server ended the stream.');
  }

  async *#poll(signal: AbortSignal): AsyncGenerator<LongwaveEvent<T>, LongwaveError | null> {
    const { pollEveryMs = 30_000, pollWaitSeconds = 25, maxEventLength, format } = this.#options;
    const isLong = this.#transport !== 'poll';
    for (;;) {
      const asked = performance.now();
      this.#watchdog.arm((isLong ? pollWaitSeconds * 1000 : 0) + 30_000, 'silence');
      const response = await this.#requests.ask('application/json', isLong ? pollWaitSeconds : 0, this.position, this.#wasOpen, signal);
      if (response === null) {
        return null;
      }

      const { events = [], notices = [], next } = parseObject(await readText(response, ANSWER_LENGTH + frameLength(maxEventLength))) as { events?: unknown[]; notices?: unknown[]; next?: unknown };
      this.#watchdog.stop();
      this.#place.begin(true);
      for (const value of [...notices, ...events]) {
        const item = itemOf(value);

        // On a stream every line end arrives as LF: convert, so that both transports deliver the same data.
        yield* this.#take(item.kind === 'event' && format !== 'lines' ? { ...item, data: item.data.replace(/\r\n?/g, '\n') } : item, null);
      }

      this.#opened();
      if (isPosition(next)) {
        this.#place.moved(next);
        this.#listeners.say('tip', next);
      }

      this.#place.settle();
      if (isLong && this.#pollsUntil < performance.now()) {
        return AGAIN;
      }

      if (this.#comeBackMs !== null) {
        return new LongwaveError('ended', 'The server ended the stream.');
      }

      await this.#sleep(!isLong ? pollEveryMs : events.length === 0 && performance.now() - asked < EMPTY_POLL_MS ? EMPTY_POLL_MS : 0);
      if (this.#left) {
        throw this.#left;
      }
    }
  }

  async *#take(item: Item, connection: string | null): AsyncGenerator<LongwaveEvent<T>> {
    const isHub: boolean = this.#place.isHub ??= item.kind === 'comment' && isPosition(item.text);
    switch (item.kind) {
      case 'comment':
        if (isHub && isPosition(item.text)) {
          this.#watchdog.heard(this.#place.tip(item.text));
          this.#listeners.say('tip', item.text);
          if (item.ms! >= 0) {
            this.#backoff.retry(item.ms!, isHub);
          }
        }

        break;
      case 'retry':
        this.#backoff.retry(item.ms, isHub);
        break;
      case 'id':
        this.#place.moved(item.id);
        break;
      default:
        if (isHub && item.type.startsWith('longwave.')) {
          this.#control(item.type.slice(9), parseObject(item.data), connection);
          void (item.own && this.#place.moved(item.id));
        } else if (!isHub || this.#place.isNew(item)) {
          this.#opened();
          const { kind: _, own: __, ...event } = isHub ? item : withoutTopics(item);
          this.#listeners.say('event', event);
          yield decoded(this.#options, event);
          this.#place.moved(item.id);
        }

        if (this.#left) { // The response was aborted: do not wait for its data.
          throw this.#left;
        }
    }
  }

  #control(type: string, data: Record<string, unknown>, connection: string | null): void {
    const { retry, reason } = data;
    if (type === 'reset') {
      this.#place.reset();
      [this.#resumedAt, this.#isOpening] = [null, true];
    }

    this.#listeners.say('control', { type, data });
    if (type === 'gap' || type === 'reset' || type === 'complete') {
      this.#listeners.say(type, data);
    } else if (type === 'reconnect') {
      this.#comeBackMs = typeof retry === 'number' && retry >= 0 ? retry : null;
    } else if (type === 'unavailable') {
      throw new LongwaveError('unavailable', `Unavailable: ${reason}`, { status: 503, retryAfterMs: Number(retry) || 0 });
    } else if (type === 'token-expiring') {
      const id = data['connection'] ?? connection;
      if (typeof id === 'string') {
        this.#requests.renew(id);
      }
    } else if (type === 'closed') {
      if (reason === 'revoked' || reason === 'ended') {
        throw new LongwaveError('revoked', 'The hub revoked the stream.');
      } else if (reason === 'complete') {
        this.close();
      } else if (reason !== 'slow') {
        this.#requests.dropToken();
      }
    }
  }

  /** Reports 'open' before the first item of a connection, but after a reset, which shows that the connection did not resume. */
  #opened(): void {
    if (this.#isOpening) {
      this.#isOpening = false;
      this.#wasOpen = true;
      this.#openedAt ||= performance.now();
      this.#enter({ name: 'open', transport: this.#way, resumedAt: this.#resumedAt });
    }
  }

  async #pause(error: LongwaveError): Promise<void> {
    if (this.#openedAt && performance.now() - this.#openedAt >= (this.#options.stableMs ?? 10_000)) {
      this.#backoff.reset();
    }

    if (error.kind === 'silence') {
      this.#watchdog.doubt();
    }

    if (error.kind === 'no-greeting' && this.#transport === 'auto') {
      this.#pollsUntil = performance.now() + (this.#options.streamAgainMs ?? 300_000);
    }

    this.#mayWake = error.retryAfterMs === 0 && this.#comeBackMs === null;
    const delayMs = this.#comeBackMs ?? this.#backoff.next(error.retryAfterMs);
    this.#enter({ name: 'waiting', delayMs, error, offline: isOffline() });
    await this.#sleep(delayMs);
  }

  async #sleep(ms: number): Promise<void> {
    if (ms > 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
  }

  /** Handles the return of the network or page: ends a delay, and closes a stream that was silent for too long. */
  #nudge(): void {
    if (globalThis.document?.visibilityState !== 'hidden' && !isOffline()) {
      if (this.#state.name === 'waiting' && this.#mayWake) {
        this.#wake?.();
      }

      this.#watchdog.check();
    }
  }

  #enter(state: State): void {
    this.#state = state;
    this.#listeners.say('state', state);
  }

  #leave(reason: LongwaveError): void {
    this.#left ??= reason;
    this.#abort.abort(reason);
  }

  #watch(target: EventTarget | null | undefined, name: string, listener: () => void): void {
    target?.addEventListener?.(name, listener);
    this.#release.push(() => target?.removeEventListener?.(name, listener));
  }
}
