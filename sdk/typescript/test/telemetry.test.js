import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { reportTelemetry } from '../dist/telemetry.js';
import { LongwaveError } from '../dist/index.js';
import { Listeners } from '../dist/listeners.js';

let listeners;
let posts;
let clock;
const realNow = performance.now.bind(performance);
beforeEach(() => {
  [listeners, posts, clock] = [new Listeners(), [], 0];
  performance.now = () => clock;
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.parse('2026-11-23T06:57:01Z') });
});
afterEach(() => {
  performance.now = realNow;
  mock.timers.reset();
});

const fetch = async (address, init) => {
  posts.push({ address, ...init, samples: JSON.parse(init.body).samples });
  return new Response(null, { status: 204 });
};
const report = (options = {}) => reportTelemetry(listeners, 'http://hub/v1/events', { share: 1, fetch, ...options });
const event = (time) => listeners.say('event', { id: '', type: 'message', data: '', ...(time ? { time } : {}) });
const lost = { name: 'waiting', delayMs: 1, offline: false, error: new LongwaveError('silence', 'x') };

test('connect time, first event, latency and causes, in one post', () => {
  const stop = report({ request: { headers: { Authorization: 'Bearer t' } } });
  listeners.say('state', { name: 'connecting', transport: 'stream' });
  clock = 40;
  listeners.say('state', { name: 'open', transport: 'stream', resumedAt: null });
  clock = 100;
  event('2026-11-23T06:57:00.000Z');
  clock = 1100;
  event('2026-11-23T06:57:00.750Z');
  event('2026-11-23T06:57:00.000Z');
  event();
  listeners.say('state', lost);
  assert.deepEqual(posts, []);
  mock.timers.tick(30_000);
  assert.equal(posts.length, 1);
  assert.equal(posts[0].address, 'http://hub/v1/telemetry');
  assert.equal(posts[0].method, 'POST');
  assert.deepEqual(posts[0].headers, { authorization: 'Bearer t', 'Content-Type': 'application/json' });
  assert.deepEqual(posts[0].samples, [
    { kind: 'connect', ms: 40, transport: 'stream' }, { kind: 'first-event', ms: 60, transport: 'stream' },
    { kind: 'latency', ms: 250, transport: 'stream' }, { kind: 'reconnect', cause: 'silence', transport: 'stream' },
  ]);
  mock.timers.tick(30_000);
  assert.equal(posts.length, 1, 'nothing new is not told');
  stop();
});

test('a batch is limited; the end sends the rest, and nothing follows', () => {
  report();
  for (let i = 0; i < 500; i++) {
    listeners.say('state', lost);
  }

  listeners.say('state', { name: 'closed', error: null });
  assert.equal(posts[0].samples.length, 100);
  listeners.say('state', lost);
  mock.timers.tick(60_000);
  assert.equal(posts.length, 1);
});

test('a client outside the sample is not measured; a failed report is dropped', async () => {
  report({ share: 0 });
  listeners.say('state', lost);
  mock.timers.tick(30_000);
  assert.equal(posts.length, 0);
  const stop = report({ fetch: () => Promise.reject(new TypeError('down')) });
  listeners.say('state', lost);
  mock.timers.tick(30_000);
  await new Promise((resolve) => setImmediate(resolve));
  stop();
});
