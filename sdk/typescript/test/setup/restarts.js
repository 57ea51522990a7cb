// Runs clients against a hub that is killed every two seconds under publish load.

import { setTimeout } from 'node:timers/promises';
import { subscribe } from '../../dist/index.js';
import { Publisher } from '../../dist/publisher.js';
import { Hub } from '../../../../tests/e2e/setup/hub.js';
import { until } from './until.js';

const EVERY_MS = 2000;
const BATCH = 20;
const PAUSE_MS = 5;

/** Time limit in milliseconds for the last events after the last restart. */
const TAIL_MS = 60_000;

const WAYS = [
  { name: 'text/event-stream', options: {} },
  { name: 'lines', options: { format: 'lines' } },
  { name: 'polls and streams in turn', options: { pollEveryMs: 50 }, alternates: true },
];

class Listener {
  events = 0;
  lost = 0;
  doubled = 0;
  disordered = 0;
  notices = 0;
  connections = 0;
  #next = 0;

  constructor(hub, { name, options, alternates }) {
    this.name = name;
    this.subscription = subscribe(`${hub.url}/v1/events`, { topics: 'load', since: 'earliest', minDelayMs: 20, maxDelayMs: 300, ...options });
    this.subscription.on('state', (state) => {
      this.connections += state.name === 'open' ? 1 : 0;
    });
    ['gap', 'reset'].forEach((notice) => this.subscription.on(notice, () => this.notices++));
    this.timer = alternates ? setInterval(() => {
      this.subscription.transport = this.subscription.transport === 'poll' ? 'stream' : 'poll';
    }, EVERY_MS / 4) : undefined;
    this.reading = this.#read();
  }

  get next() {
    return this.#next;
  }

  async #read() {
    for await (const { data } of this.subscription) {
      const number = Number(data);
      this.events++;
      if (number === this.#next) {
        this.#next++;
      } else if (number > this.#next) {
        this.lost += number - this.#next;
        this.#next = number + 1;
      } else {
        this.doubled++;
        this.disordered++;
      }
    }
  }

  async stop() {
    clearInterval(this.timer);
    this.subscription.close();
    await this.reading;
  }
}

/** Runs for a number of milliseconds and returns what each client received. */
export async function runRestarts(durationMs) {
  const hub = await Hub.start({ ENGINE__RETRYMIN: '00:00:00.020', ENGINE__RETRYMAX: '00:00:00.100' });
  const listeners = WAYS.map((way) => new Listener(hub, way));
  const publisher = new Publisher(`${hub.url}/v1/events`, { minDelayMs: 20, maxDelayMs: 200, timeoutMs: 60_000 });
  const end = performance.now() + durationMs;
  let published = 0;
  let duplicates = 0;
  let restarts = 0;
  try {
    const publishing = (async () => {
      while (performance.now() < end) {
        const batch = Array.from({ length: BATCH }, (_, i) => ({ topic: 'load', data: String(published + i) }));
        const answer = await publisher.publishAll(batch);
        published += BATCH;
        duplicates += answer.duplicates;
        await setTimeout(PAUSE_MS);
      }
    })();
    for (; performance.now() < end; restarts++) {
      await setTimeout(EVERY_MS);
      await hub.stop('SIGKILL');
      await hub.run();
    }

    await publishing;
    await until(
      () => `${published} published; ${listeners.map(({ name, next, subscription }) => `${name} at ${next}, ${JSON.stringify(subscription.state)}`).join('; ')}`,
      () => listeners.every(({ next }) => next >= published), TAIL_MS,
    );
  } finally {
    await Promise.all(listeners.map((listener) => listener.stop()));
    await hub.dispose();
  }

  return { published, duplicates, restarts, clients: listeners.map(({ name, events, lost, doubled, disordered, notices, connections }) => ({ name, events, lost, doubled, disordered, notices, connections })) };
}
