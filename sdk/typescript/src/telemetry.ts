// Telemetry: measurements of subscriptions, sent to the hub by applications that enable it.

import type { Notices, State } from './options.js';
import { absolute } from './requests.js';
import type { TokenProvider } from './tokens.js';

/** One measurement. `ms` is set for every kind except `reconnect`. */
export interface Sample {
  /**
   * `connect`: from the request to the open stream. `first-event`: from there to the first event. `latency`: how much longer an event took
   * from its append to its delivery than the fastest event of the connection (needs `format: 'lines'` or polls). `reconnect`: a connection
   * was lost; `cause` is the kind of the error.
   */
  readonly kind: 'connect' | 'first-event' | 'latency' | 'reconnect';
  readonly ms?: number;
  readonly cause?: string;
  readonly transport: 'stream' | 'poll';
}

/** Options of telemetry: share, interval, authentication. */
export interface TelemetryOptions {
  /** Share of subscriptions that report, 0 to 1. Default 0.1. */
  share?: number | undefined;
  /** Interval between reports in milliseconds. Default 30,000. */
  everyMs?: number | undefined;
  /** Token provider for a hub that requires authentication, as for a subscription. */
  token?: TokenProvider | undefined;
  /** Additional settings of the reports: headers, credentials. */
  request?: RequestInit | undefined;
  /** Replacement for `globalThis.fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** Maximum number of samples in one report; further ones are dropped. */
const MAX_SAMPLES = 100;

/** Minimum time between two latency samples, in milliseconds. */
const LATENCY_EVERY_MS = 1000;

interface Observed {
  on<K extends keyof Notices>(name: K, listener: (value: Notices[K]) => void): () => void;
}

/**
 * Measures a subscription and posts the samples in batches. Failed reports are dropped; nothing waits for them.
 * @param url Events URL of the hub; reports go to `/v1/telemetry` next to it.
 * @returns A function that stops the measurement and sends a last report.
 */
export function reportTelemetry(subscription: Observed, url: string | URL, options: TelemetryOptions = {}): () => void {
  const { share = 0.1, everyMs = 30_000, token, request, fetch = globalThis.fetch } = options;
  if (Math.random() >= share) {
    return () => {};
  }

  const address = String(new URL('telemetry', absolute(url)));
  let samples: Sample[] = [];
  let began: number | null = null;
  let opened: number | null = null;
  let nextLatency = 0;

  /** Smallest difference between this clock, which has an arbitrary origin, and the time of an event of the connection. */
  let fastest = Infinity;
  let transport: Sample['transport'] = 'stream';
  const add = (sample: Omit<Sample, 'transport'>) => {
    if (samples.length < MAX_SAMPLES) {
      samples.push({ ...sample, transport });
    }
  };
  const send = () => {
    if (samples.length > 0) {
      const body = JSON.stringify({ samples });
      samples = [];
      void post(body).catch(() => {});
    }
  };
  const post = async (body: string) => {
    const headers: Record<string, string> = { ...Object.fromEntries(new Headers(request?.headers)), 'Content-Type': 'application/json' };
    const shown = token && (await token());
    if (shown) {
      headers['Authorization'] = `Bearer ${shown}`;
    }

    await (await fetch(address, { ...request, method: 'POST', keepalive: true, headers, body })).body?.cancel();
  };
  const onState = (state: State) => {
    const now = performance.now();
    if (state.name === 'connecting') {
      [began, opened, transport, fastest] = [now, null, state.transport, Infinity];
    } else if (state.name === 'open' && began !== null) {
      add({ kind: 'connect', ms: now - began });
      [began, opened] = [null, now];
    } else if (state.name === 'waiting') {
      add({ kind: 'reconnect', cause: state.error.kind });
    } else if (state.name === 'closed') {
      stop();
    }
  };
  const release = [
    subscription.on('state', onState),
    subscription.on('event', ({ time }) => {
      const now = performance.now();
      if (opened !== null) {
        add({ kind: 'first-event', ms: now - opened });
        opened = null;
      }

      if (time !== undefined) {
        const difference = now - Date.parse(time);
        if (difference >= fastest && now >= nextLatency) {
          nextLatency = now + LATENCY_EVERY_MS;
          add({ kind: 'latency', ms: difference - fastest });
        }

        fastest = Math.min(fastest, difference);
      }
    }),
  ];
  const timer = setInterval(send, everyMs);
  (timer as { unref?: () => void }).unref?.();
  globalThis.addEventListener?.('pagehide', send);
  const stop = () => {
    release.splice(0).forEach((end) => end());
    clearInterval(timer);
    globalThis.removeEventListener?.('pagehide', send);
    send();
  };
  return stop;
}
