import type { BackoffOptions } from './backoff.js';
import type { LongwaveError } from './errors.js';
import type { Fetch, TokenProvider } from './tokens.js';

/** An event as the caller receives it: once, in the order of the log. */
export interface LongwaveEvent<T = string> {
  /** Position in the log of a Longwave hub; on another server the last event id, or an empty string. */
  readonly id: string;
  /** Event type; `message` for an event without a type. */
  readonly type: string;
  /** Payload: text, or the result of `decode`. */
  readonly data: T;
  /** First topic that the subscription may read. Missing with `format: 'cloudevents'`, whose data contains it, and from other servers. */
  readonly topic?: string;
  /** All topics of an event with alternates; available as `topic` is. */
  readonly topics?: readonly string[];
  /** Key of the event; available with `format: 'lines'` and on polls. */
  readonly key?: string;
  /** Time at which the hub appended the event (RFC 3339); available as `key` is. */
  readonly time?: string;
}

/** Stores the position across restarts of a program or reloads of a page. */
export interface PositionStore {
  load(): string | null | Promise<string | null>;
  /** Saves a position. Calls do not overlap. */
  save(position: string): void | Promise<void>;
}

/** `stream`: always a stream. `poll`: requests at an interval. `auto`: a stream, and long polls while a proxy blocks streams. */
export type Transport = 'auto' | 'stream' | 'poll';

/** What a subscription selects. It can be changed while the subscription runs. */
export interface Question {
  /** Selectors: topics, `*`, globs (`prices/*`), or URI templates (`prices/{symbol}`). Without them, the URL alone determines the events. */
  topics?: string | readonly string[] | undefined;
  /** Event types to receive; `message` also selects events without a type. Default: all. */
  types?: string | readonly string[] | undefined;
  /** Maximum number of events per second. The hub delays events above it and omits those that `conflate` allows. Default: no limit. */
  maxRate?: number | undefined;
  /** `key`: the hub may send only the newest of several events with the same key. Default: all. */
  conflate?: 'key' | undefined;
}

/** Options of a subscription: request, delays, position. */
export interface SubscribeOptions<T = string> extends Question, BackoffOptions {
  /** Start without a position: `earliest`, `last:N` (the newest N events) or a time. Default: now. */
  since?: string | Date | undefined;
  /** Position to resume after. A position in the store takes precedence. */
  lastEventId?: string | undefined;
  /** `raw` (default) and `cloudevents` are Server-Sent Events; `lines` (JSON) includes key and time with every event. */
  format?: 'raw' | 'cloudevents' | 'lines' | undefined;
  /** Converts the data to the payload. If it throws, the subscription ends with an error of kind `payload`. */
  decode?: ((data: string) => T) | undefined;
  store?: PositionStore | undefined;
  token?: TokenProvider | undefined;
  /** `header` (default), or `ticket`: a ticket and the position go into the query, and the client adds no header. */
  carrier?: 'header' | 'ticket' | undefined;
  /** Default `auto` with `topics`, else `stream`. */
  transport?: Transport | undefined;
  /** Interval between polls with `transport: 'poll'`, in milliseconds. Default 30,000. */
  pollEveryMs?: number | undefined;
  /** Maximum time that the hub holds a long poll, in seconds. Default 25. */
  pollWaitSeconds?: number | undefined;
  /** Time after which long polls try a stream again, in milliseconds. Default 300,000. */
  streamAgainMs?: number | undefined;
  /**
   * Heartbeat interval of the server in milliseconds. Default: for a hub 15,000 until it is measured; for other servers no heartbeat is
   * expected.
   */
  heartbeatMs?: number | undefined;
  /** Time limit for the start of a stream, in milliseconds. Default 10,000 with `topics`, else no limit. */
  greetingMs?: number | undefined;
  /** Age at which a connection counts as stable, in milliseconds: the next delay is a first one again. Default 10,000. */
  stableMs?: number | undefined;
  /**
   * Maximum length of the data of one event in characters, which are never more than its bytes. Default 1,048,576, the hub's own limit.
   * The client receives every such event in every format, and fails with `too-large` when it would have to hold more: the length, times six
   * in JSON, which escapes, and 2 MiB for everything else.
   */
  maxEventLength?: number | undefined;
  /** Additional settings of every request: method, body, headers, credentials. */
  request?: RequestInit | undefined;
  /** Replacement for `globalThis.fetch`. */
  fetch?: Fetch | undefined;
  /** Ends the subscription when aborted, as `close` does. */
  signal?: AbortSignal | undefined;
}

/** Options that tabs with a shared connection have in common; each tab has its own topics, position and payload. */
export interface SharedOptions<T = string> extends Omit<SubscribeOptions<T>, 'store' | 'transport' | 'format' | 'topics'> {
  topics: string | readonly string[];
  /** Name of the tabs that share the connection, e.g. of their user: the token of one tab reads for all of them. Default: all tabs. */
  group?: string | undefined;
}

/** State of a subscription. */
export type State =
  | { readonly name: 'connecting'; readonly transport: 'stream' | 'poll' }
  /** `resumedAt`: the position that this connection resumed after; null when it did not resume. */
  | { readonly name: 'open'; readonly transport: 'stream' | 'poll'; readonly resumedAt: string | null }
  /** `offline`: the browser reports no network. The client still retries, and reconnects at once when the network returns. */
  | { readonly name: 'waiting'; readonly delayMs: number; readonly error: LongwaveError; readonly offline: boolean }
  | { readonly name: 'closed'; readonly error: LongwaveError | null };

/** Message of the hub about the stream: `type` without the prefix `longwave.`. */
export interface Control {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** Reports lost events: those after `from`, up to and including `to`, may be missing. */
export interface Gap {
  readonly from?: string;
  readonly to?: string;
  /** Reason: `retention`, `deleted`, `skipped`, `damaged`, … */
  readonly reason?: string;
}

/**
 * Reports that the hub does not know the position. Later events belong to the log `epoch`: discard state that was built from earlier
 * events.
 */
export interface Reset {
  readonly epoch?: string;
  readonly reason?: string;
}

/** Reports that a topic is complete: its publisher has published the last event. */
export interface Completion {
  readonly topic?: string;
}

/** Notices that a subscription sends to listeners. Listeners are called in order, between events. */
export interface Notices {
  state: State;
  gap: Gap;
  reset: Reset;
  complete: Completion;
  /** Every control message, including `gap` and `reset`. */
  control: Control;
  /** Position that the stream has reached: from the greeting and from each heartbeat. */
  tip: string;
  /** Every event, before the loop receives it, for example for counting. */
  event: LongwaveEvent;
}
