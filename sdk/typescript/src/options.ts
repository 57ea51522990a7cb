import type { BackoffOptions } from './backoff.js';
import type { LongwaveError } from './errors.js';
import type { Fetch, TokenProvider } from './tokens.js';

/** One event, as the caller gets it: once, in the order of the log. */
export interface LongwaveEvent<T = string> {
  /** Its position on a Longwave hub; on another server the last event id, or an empty text. */
  readonly id: string;
  /** `message` when it has none. */
  readonly type: string;
  /** The payload: text, or what `decode` made of it. */
  readonly data: T;
  /** With `format: 'lines'` and on polls. */
  readonly topic?: string;
  /** All topics of an event with alternates; as `topic`. */
  readonly topics?: readonly string[];
  /** As `topic`. */
  readonly key?: string;
  /** When the log took it (RFC 3339); as `topic`. */
  readonly time?: string;
}

/** Where the position is kept between two lives of a program or page. */
export interface PositionStore {
  load(): string | null | Promise<string | null>;
  /** Gets positions one after the other, never two at a time. */
  save(position: string): void | Promise<void>;
}

/** `stream`: always a stream. `poll`: questions at intervals. `auto`: a stream, and long polls while something on the way holds streams back. */
export type Transport = 'auto' | 'stream' | 'poll';

/** What the subscription asks for. It can be changed while it runs. */
export interface Question {
  /** Selectors: topics, `*`, or URI templates (`prices/{symbol}`). Left out, the address says it all. */
  topics?: string | readonly string[] | undefined;
  /** Only events of these types; `message` stands for events without one. */
  types?: string | readonly string[] | undefined;
  /** Most events per second; the hub waits, and leaves out what `conflate` allows. */
  maxRate?: number | undefined;
  /** `key`: of several events with one key only the newest matters. */
  conflate?: 'key' | undefined;
}

/** How a subscription asks, waits and remembers. */
export interface SubscribeOptions<T = string> extends Question, BackoffOptions {
  /** Where to begin without a position: `earliest` or a time. Left out: now. */
  since?: string | Date | undefined;
  /** The position to resume after. A store that has one wins. */
  lastEventId?: string | undefined;
  /** `raw` (default) and `cloudevents` are Server-Sent Events; `lines` (JSON) has topic, key and time with every event. */
  format?: 'raw' | 'cloudevents' | 'lines' | undefined;
  /** Makes the payload. When it throws, the subscription ends with an error of kind `payload`. */
  decode?: ((data: string) => T) | undefined;
  store?: PositionStore | undefined;
  token?: TokenProvider | undefined;
  /** `header` (default), or `ticket`: the token and the position go into the query, and no header of ours is sent. */
  carrier?: 'header' | 'ticket' | undefined;
  /** Default `auto` with `topics`, else `stream`. */
  transport?: Transport | undefined;
  /** Pause between the polls of `transport: 'poll'`. Default 30,000. */
  pollEveryMs?: number | undefined;
  /** Longest wait of a long poll, in seconds. Default 25. */
  pollWaitSeconds?: number | undefined;
  /** How long long polls go on before a stream is tried again. Default 300,000. */
  streamAgainMs?: number | undefined;
  /** Heartbeat of the server. Left out, a hub's is 15,000 until it was seen; other servers are not expected to have one. */
  heartbeatMs?: number | undefined;
  /** How long a stream may take to begin. Default 10,000 with `topics`, else no limit. */
  greetingMs?: number | undefined;
  /** A connection that was open for so long makes the next pause a short one again. Default 10,000. */
  stableMs?: number | undefined;
  /** Most characters of one event. Default 4,194,304. With `format: 'lines'` a line may be six times as long, because JSON escapes. */
  maxEventLength?: number | undefined;
  /** Further settings of every request: method, body, headers, credentials. */
  request?: RequestInit | undefined;
  /** In the place of `globalThis.fetch`. */
  fetch?: Fetch | undefined;
  /** Ends the subscription, as `close` does. */
  signal?: AbortSignal | undefined;
}

/** What a subscription is doing. */
export type State =
  | { readonly name: 'connecting'; readonly transport: 'stream' | 'poll' }
  /** `resumedAt`: the position that this connection goes on from, or null for a new beginning. */
  | { readonly name: 'open'; readonly transport: 'stream' | 'poll'; readonly resumedAt: string | null }
  /** `offline`: the browser says that there is no network; it is tried all the same, and at once when there is one. */
  | { readonly name: 'waiting'; readonly delayMs: number; readonly error: LongwaveError; readonly offline: boolean }
  | { readonly name: 'closed'; readonly error: LongwaveError | null };

/** What the hub says about the stream itself: `type` without its prefix `longwave.`. */
export interface Control {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** Events after `from`, up to and with `to`, may be gone. */
export interface Gap {
  readonly from?: string;
  readonly to?: string;
  /** `retention`, `skipped`, … */
  readonly reason?: string;
}

/** The position means nothing on this hub; what comes now is from `epoch`. Throw away what was built from events. */
export interface Reset {
  readonly epoch?: string;
  readonly reason?: string;
}

/** What can be listened to beside the events. Listeners are called in their place between two events. */
export interface Notices {
  state: State;
  gap: Gap;
  reset: Reset;
  /** Every control event, `gap` and `reset` included. */
  control: Control;
  /** How far the stream has come: with the greeting and every heartbeat. */
  tip: string;
  /** Every event, before the loop gets it; for those who only count. */
  event: LongwaveEvent;
}
