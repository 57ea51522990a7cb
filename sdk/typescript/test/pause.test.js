// Tests the delays between two connections of a subscription.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { settle, tip, useWires } from './setup/wire.js';

const { open, pass } = useWires();

test('pauses grow up to the cap, and a stable connection resets them', async () => {
  const random = mock.method(Math, 'random', () => 1);
  const wire = await open({ maxDelayMs: 10_000 });
  const waits = [];
  for (let i = 0; i < 4; i++) {
    wire.last.reject(new TypeError('refused'));
    await settle();
    waits.push(wire.states.at(-1).delayMs);
    await pass(waits.at(-1));
  }

  assert.deepEqual(waits, [2000, 6000, 10_000, 10_000]);
  await wire.stream().write(tip(1));
  await pass(9000);
  wire.subscription.reconnect();
  await settle();
  wire.last.reject(new TypeError('refused'));
  await settle();
  assert.equal(wire.states.at(-1).delayMs, 10_000, 'nine seconds are not stable');
  await pass(10_000);
  const stream = wire.stream();
  await stream.write(tip(1));
  await pass(10_000);
  await stream.break();
  assert.equal(wire.states.at(-1).delayMs, 2000);
  random.mock.restore();
});

test('the first pause after a disconnect is the `retry:` of this stream plus a little', async () => {
  const random = mock.method(Math, 'random', () => 0);
  for (const [value, topics, ms] of [[0, 't', 2711], [1, 't', 2982], [0, undefined, 2711], [1, undefined, 5422]]) {
    random.mock.mockImplementation(() => value);
    const wire = await open({ topics });
    const stream = wire.stream();
    await stream.write(`${topics ? tip(0) : ''}retry: 2711\ndata: x\n\n`);
    await stream.break();
    assert.equal(Math.round(wire.states.at(-1).delayMs), ms);
  }

  random.mock.restore();
});

test('lines: the first pause after a disconnect is the `retry` of the first line plus a little', async () => {
  const random = mock.method(Math, 'random', () => 1);
  const wire = await open({ format: 'lines' });
  const stream = wire.stream({ type: 'application/x-ndjson' });
  await stream.write('{"type":"longwave.tip","data":"0000000a-0","retry":2711}\n{"type":"longwave.tip","data":"0000000a-1"}\n');
  await stream.break();
  assert.equal(Math.round(wire.states.at(-1).delayMs), 2982);
  random.mock.restore();
});

test('reconnect ends a pause at once', async () => {
  const wire = await open();
  wire.last.reject(new TypeError('refused'));
  await settle();
  wire.subscription.reconnect();
  await settle();
  assert.equal(wire.requests.length, 2);
});

test('the network returns: our own pause ends, a pause that the server requested does not', async () => {
  const target = new EventTarget();
  const methods = ['addEventListener', 'removeEventListener'];
  methods.forEach((name) => {
    globalThis[name] = target[name].bind(target);
  });
  try {
    const wire = await open();
    wire.last.reject(new TypeError('refused'));
    await settle();
    target.dispatchEvent(new Event('online'));
    await settle();
    assert.equal(wire.requests.length, 2);
    await wire.answer(503, null, { 'Retry-After': '60' });
    target.dispatchEvent(new Event('online'));
    await settle();
    assert.equal(wire.requests.length, 2);
    await pass(wire.states.at(-1).delayMs);
    assert.equal(wire.requests.length, 3);

    // A stream that was silent for more than 1.5 heartbeats is closed when the page becomes visible.
    await wire.stream().write(tip(1));
    await pass(22_000);
    target.dispatchEvent(new Event('online'));
    await settle();
    assert.ok(!wire.last.signal.aborted);
    await pass(1000);
    target.dispatchEvent(new Event('online'));
    await settle();
    assert.equal(wire.states.at(-1).error.kind, 'silence');
  } finally {
    methods.forEach((name) => {
      delete globalThis[name];
    });
  }
});
