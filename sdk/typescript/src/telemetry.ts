// What the other end of the stream is like, told to the hub by those who agree to it.

import type { Notices, State } from './options.js';
import { absolute } from './requests.js';
import type { TokenProvider } from './tokens.js';

/** One measurement. `ms` is there for everything that takes time. */
export interface Sample {
  /**
   * `connect`: from the request until the stream was open. `first-event`: from there to the first event. `latency`: from when the log took an event until it
   * was heard, by two clocks (needs `format: 'lines'` or polls). `reconnect`: a connection was lost; `cause` is the kind of the error.
   */
  readonly kind: 'connect' | 'first-event' | 'latency' | 'reconnect';
  readonly ms?: number;
  readonly cause?: string;
  readonly transport: 'stream' | 'poll';
}

/** Who tells, and how often. */
export interface TelemetryOptions {
  /** Part of all subscriptions that tell, 0 to 1. Default 0.1. */
  share?: number | undefined;
  /** Time between two reports. Default 30,000. */
  everyMs?: number | undefined;
  /** Who tells, for a hub that asks: as the subscription's. */
  token?: TokenProvider | undefined;
  /** Settings of the reports: headers, credentials. */
  request?: RequestInit | undefined;
  /** In the place of `globalThis.fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** What is measured beyond this between two reports is left out. */
const MAX_SAMPLES = 100;

/** One latency a second is enough to know it. */
const LATENCY_EVERY_MS = 1000;

interface Observed {
  on<K extends keyof Notices>(name: K, listener: (value: Notices[K]) => void): () => void;
}

/**
 * Measures a subscription and posts what it finds in batches. Reports that fail are dropped: nothing waits for them.
 * @param url The hub's address of events; `/v1/telemetry` is beside it.
 * @returns What ends it, with a last report.
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
      [began, opened, transport] = [now, null, state.transport];
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

      if (time !== undefined && now >= nextLatency) {
        nextLatency = now + LATENCY_EVERY_MS;
        add({ kind: 'latency', ms: Math.max(0, Date.now() - Date.parse(time)) });
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
