import { failureOf, parseObject, readText } from './answers.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import { LongwaveError } from './errors.js';
import { post } from './posts.js';
import { absolute } from './requests.js';
import { Credentials, type Fetch, type TokenProvider } from './tokens.js';

/** Options of a publisher: authentication, time limit, delays. */
export interface PublisherOptions extends BackoffOptions {
  token?: TokenProvider | undefined;
  /** Time limit for one publish including retries, in milliseconds. Default 60,000, shorter than a hub remembers idempotency keys. */
  timeoutMs?: number | undefined;
  /** Additional settings of every request: headers, credentials. */
  request?: RequestInit | undefined;
  /** Replacement for `globalThis.fetch`. */
  fetch?: Fetch | undefined;
}

/** Optional attributes of an event. */
export interface PublishOptions {
  type?: string | undefined;
  key?: string | undefined;
  /** Whether only callers with a token or an API key that grants the topic receive the event. Default: no. */
  private?: boolean | undefined;
  /**
   * Whether the event is the last one of its topic: the hub then ends the streams of the topic and accepts no further event. Default: no.
   */
  complete?: boolean | undefined;
  /** Additional topics of the event. */
  alternates?: readonly string[] | undefined;
  /** Media type of the data. Default: `text/plain` for a string, else `application/json`. */
  contentType?: string | undefined;
  /**
   * Idempotency key: publishes with the same key and topic are one event. Default: a random key per call, so that retries create no
   * duplicates.
   */
  idempotencyKey?: string | undefined;
  /** Cancels the publish. The event may be in the log already. */
  signal?: AbortSignal | undefined;
}

/** One event of a batch. */
export interface Publication {
  topic: string;
  /** Payload: a string unchanged, any other value as JSON. */
  data: unknown;
  type?: string | undefined;
  key?: string | undefined;
}

/** Position of a published event. */
export interface Published {
  readonly id: string;
  /** Whether the event was in the log already. */
  readonly duplicate: boolean;
}

/** Positions of the events of a batch, in their order. */
export interface PublishedBatch {
  readonly ids: readonly string[];
  /** Number of events that were in the log already. */
  readonly duplicates: number;
}

const ANSWER_LENGTH = 16 * 1024 * 1024;

/** Creates a random key. `crypto.randomUUID` is available only in secure contexts. */
const freshKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Publishes events. A response means that the event is in the log. A request without a response is retried under the same key, so the log
 * has it once.
 */
export class Publisher {
  readonly #url: string;
  readonly #options: PublisherOptions;
  readonly #fetch: Fetch;
  readonly #credentials: Credentials;

  /** @param url Events URL of the hub, e.g. `https://hub.example/v1/events`; in a browser it may be relative. */
  constructor(url: string | URL, options: PublisherOptions = {}) {
    this.#url = absolute(url);
    this.#options = options;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#credentials = new Credentials(options.token, this.#fetch);
  }

  /**
   * Publishes one event.
   * @param data Payload: a string unchanged, any other value as JSON.
   * @throws LongwaveError `refused` for an invalid request, otherwise the last error when the time limit passes.
   */
  async publish(topic: string, data: unknown, options: PublishOptions = {}): Promise<Published> {
    const url = new URL(this.#url);
    [topic, ...(options.alternates ?? [])].forEach((name) => url.searchParams.append('topic', name));
    for (const name of ['type', 'key'] as const) {
      if (options[name] !== undefined) {
        url.searchParams.set(name, options[name]);
      }
    }

    for (const name of ['private', 'complete'] as const) {
      if (options[name]) {
        url.searchParams.set(name, 'true');
      }
    }

    const isText = typeof data === 'string';
    const contentType = options.contentType ?? (isText ? 'text/plain;charset=utf-8' : 'application/json');
    const { id, duplicate = false } = await this.#send(url, isText ? data : asJson(data), contentType, options);
    if (typeof id !== 'string') {
      throw new LongwaveError('malformed', 'The response has no position: not a hub.', { retryable: false });
    }

    return { id, duplicate: duplicate === true };
  }

  /**
   * Completes a topic without a further event: the hub ends the streams of the topic, and the loops of its subscribers end. Completing a
   * topic again has no effect.
   */
  complete(topic: string, options: Pick<PublishOptions, 'private' | 'idempotencyKey' | 'signal'> = {}): Promise<Published> {
    return this.publish(topic, '', { ...options, complete: true });
  }

  /** Publishes several events in one request atomically: all of them in order, or none. */
  async publishAll(events: readonly Publication[], options: Pick<PublishOptions, 'idempotencyKey' | 'signal'> = {}): Promise<PublishedBatch> {
    const source = '/publisher';
    const batch = events.map(({ topic, data, type = 'message', key }, index) => ({
      specversion: '1.0', id: String(index), source, type, topic, key,
      datacontenttype: typeof data === 'string' ? 'text/plain' : 'application/json', data: asJson(data) && data,
    }));
    const { ids, duplicates = 0 } = await this.#send(new URL(this.#url), JSON.stringify(batch), 'application/cloudevents-batch+json', options);
    if (!Array.isArray(ids)) {
      throw new LongwaveError('malformed', 'The response has no positions: not a hub.', { retryable: false });
    }

    return { ids: ids.map(String), duplicates: Number(duplicates) };
  }

  async #send(url: URL, body: string, contentType: string, { idempotencyKey = freshKey(), signal }: Pick<PublishOptions, 'idempotencyKey' | 'signal'>): Promise<Record<string, unknown>> {
    const backoff = new Backoff({ minDelayMs: 250, maxDelayMs: 10_000, ...this.#options });
    const end = performance.now() + (this.#options.timeoutMs ?? 60_000);
    for (;;) {
      const left = end - performance.now();
      const failure = await this.#attempt(url, body, contentType, idempotencyKey, signal, Math.max(1, Math.ceil(left))).catch((error: unknown) => {
        throwIfAborted(signal);
        return error instanceof LongwaveError ? error : new LongwaveError('network', 'The hub did not answer: the event may be in the log.', { cause: error });
      });
      if (!(failure instanceof LongwaveError)) {
        return failure;
      }

      const delay = backoff.next(failure.retryAfterMs);
      if (!failure.retryable || performance.now() + delay > end) {
        throw failure;
      }

      await sleep(delay, signal);
      throwIfAborted(signal);
    }
  }

  async #attempt(url: URL, body: string, contentType: string, key: string, signal: AbortSignal | undefined, timeoutMs: number): Promise<Record<string, unknown>> {
    throwIfAborted(signal);
    const abort = new AbortController();
    const stop = () => abort.abort();
    const timer = setTimeout(stop, timeoutMs);
    signal?.addEventListener('abort', stop);
    const { request } = this.#options;
    try {
      for (let isFresh = false; ; isFresh = true) {
        const headers: Record<string, string> = { ...Object.fromEntries(new Headers(request?.headers)), 'Content-Type': contentType, 'Idempotency-Key': key };
        const init = { ...request, signal: abort.signal };
        await this.#credentials.apply(url, headers, init);
        const response = await post(this.#fetch, url, { ...init, body }, headers);
        if (response.status === 200 || response.status === 201) {
          return parseObject(await readText(response, ANSWER_LENGTH));
        }

        const failure = await failureOf(response);
        if (response.status !== 401 || isFresh || !this.#credentials.drop()) {
          throw failure;
        }
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }
}

/** Throws when aborted. `throwIfAborted` and `reason` are missing on some platforms. */
function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw signal.reason ?? new Error('The publish was aborted.');
  }
}

/** Resolves after a time, or earlier when the signal aborts. */
const sleep = (ms: number, signal: AbortSignal | undefined): Promise<void> => new Promise((resolve) => {
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    resolve();
  };
  const timer = setTimeout(end, ms);
  signal?.addEventListener('abort', end);
});

/** @throws TypeError for values that JSON cannot represent, such as a function. */
function asJson(data: unknown): string {
  const text = JSON.stringify(data) as string | undefined;
  if (text === undefined) {
    throw new TypeError('The data is neither text nor JSON.');
  }

  return text;
}
