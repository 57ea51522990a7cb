// A `fetch` whose responses are written by the test, and the events of the subscription that uses it.

import { afterEach, beforeEach, mock } from 'node:test';
import { subscribe } from '../../dist/index.js';

const encoder = new TextEncoder();

/** Runs all pending tasks and microtasks. */
export const settle = async () => {
  for (let i = 0; i < 30; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

export class Wire {
  /** Requests, newest last. */
  requests = [];
  /** What the caller received: ids of events, and notices. */
  heard = [];
  said = [];
  end = null;
  /** The loop continues when this is null or resolves. */
  hold = null;
  subscription;

  fetch = (address, init) => new Promise((resolve, reject) => {
    const { signal, headers, method } = init;
    signal?.addEventListener('abort', () => reject(signal.reason));
    this.requests.push({ url: new URL(address), headers, method, signal, init, resolve, reject });
  });

  static async subscribe(options = {}, url = 'http://hub/v1/events') {
    const wire = new Wire();
    wire.subscription = subscribe(url, { topics: 't', fetch: wire.fetch, ...options });
    for (const name of ['state', 'gap', 'reset', 'control', 'tip']) {
      wire.subscription.on(name, (value) => wire.said.push([name, value]));
    }

    void (async () => {
      for await (const event of wire.subscription) {
        wire.heard.push(event);
        await wire.hold;
      }
    })().then(() => {
      wire.end = 'done';
    }, (error) => {
      wire.end = error;
    });
    await settle();
    return wire;
  }

  get last() {
    return this.requests.at(-1);
  }

  get ids() {
    return this.heard.map(({ id }) => id);
  }

  get states() {
    return this.said.filter(([name]) => name === 'state').map(([, state]) => state);
  }

  /** Responds to the newest request with a stream; returns its writer. */
  stream({ type = 'text/event-stream', headers = {} } = {}) {
    const { resolve, signal } = this.last;
    let writer;
    let pulled = 0;
    const body = new ReadableStream({
      start: (controller) => {
        writer = controller;
      },
      pull: () => {
        pulled++;
      },
    }, { highWaterMark: 0 });
    signal?.addEventListener('abort', () => {
      try {
        writer.error(signal.reason);
      } catch {
        // The stream was already closed.
      }
    });
    resolve(new Response(body, { headers: { 'Content-Type': type, ...headers } }));
    return {
      get pulled() {
        return pulled;
      },
      write: async (...texts) => {
        texts.forEach((text) => writer.enqueue(encoder.encode(text)));
        await settle();
      },
      end: async () => {
        writer.close();
        await settle();
      },
      break: async () => {
        writer.error(new TypeError('connection reset'));
        await settle();
      },
    };
  }

  async answer(status, body = null, headers = {}) {
    this.last.resolve(new Response(body, { status, headers }));
    await settle();
  }
}

const E = '0000000a';
export const tip = (n, epoch = E) => `: ${epoch}-${n}\n`;
export const event = (n, data = `${n}`, epoch = E) => `id: ${epoch}-${n}\ndata: ${data}\n\n`;
export const control = (type, data, extra = '') => `event: longwave.${type}\n${extra}data: ${JSON.stringify(data)}\n\n`;

/** Provides subscriptions and a clock that the test controls, for every test of the file. */
export function useWires() {
  const realNow = performance.now.bind(performance);
  let wires;
  let clock;
  beforeEach(() => {
    [wires, clock] = [[], 0];
    mock.timers.enable({ apis: ['setTimeout'] });
    performance.now = () => clock;
  });
  afterEach(() => {
    wires.forEach(({ subscription }) => subscription.close());
    mock.timers.reset();
    performance.now = realNow;
  });
  return {
    open: async (options, url) => {
      const wire = await Wire.subscribe(options, url);
      wires.push(wire);
      return wire;
    },

    /** @param late Additional time that passes on the clock but not on the timers, as in a suspended program. */
    pass: async (ms, late = 0) => {
      clock += ms + late;
      mock.timers.tick(ms);
      await settle();
    },
  };
}
