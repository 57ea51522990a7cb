// Tests streams and polls of one subscription.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, settle, tip, useWires } from './setup/wire.js';

const { open, pass } = useWires();

const poll = (events, next, notices) => JSON.stringify({ events, next, ...(notices ? { notices } : {}) });
const JSON_TYPE = { 'Content-Type': 'application/json' };

test('stream, poll, stream: one position, no event lost or repeated', async () => {
  const wire = await open({ pollEveryMs: 5000 });
  const first = wire.stream();
  await first.write(tip(0) + event(1) + event(2));
  wire.subscription.transport = 'poll';
  await settle();
  assert.equal(wire.last.headers.Accept, 'application/json, application/problem+json');
  assert.equal(wire.last.url.searchParams.has('wait'), false);
  assert.equal(wire.last.headers['Last-Event-ID'], '0000000a-2');
  await wire.answer(200, poll([{ id: '0000000a-2', topic: 't', data: '2' }, { id: '0000000a-3', topic: 't', data: 'a\r\nb' }], '0000000a-9'), JSON_TYPE);
  assert.deepEqual(wire.heard.at(-1), { id: '0000000a-3', topic: 't', type: 'message', data: 'a\nb' });
  assert.equal(wire.subscription.position, '0000000a-9');
  await pass(4999);
  assert.equal(wire.requests.length, 2);
  await pass(1);
  assert.equal(wire.last.headers['Last-Event-ID'], '0000000a-9');
  wire.subscription.transport = 'auto';
  await settle();
  assert.equal(wire.last.headers.Accept, 'text/event-stream, application/problem+json');
  await wire.stream().write(tip(10) + event(3) + event(10));
  assert.deepEqual(wire.ids, ['0000000a-1', '0000000a-2', '0000000a-3', '0000000a-10']);
});

test('no greeting in time: long polls', async () => {
  const wire = await open();
  await pass(10_000);
  assert.equal(wire.states.at(-1).error.kind, 'no-greeting');
  await pass(wire.states.at(-1).delayMs);
  assert.equal(wire.last.url.searchParams.get('wait'), '25');
  await wire.answer(200, poll([], '0000000a-1'), JSON_TYPE);
  assert.equal(wire.states.at(-1).transport, 'poll');
  assert.equal(wire.requests.length, 2, 'an empty answer that came at once is not asked for in a loop');
  await pass(1000);
  assert.equal(wire.requests.length, 3);
  await pass(25_000);
  await wire.answer(200, poll([], '0000000a-1'), JSON_TYPE);
  assert.equal(wire.requests.length, 4);
  await pass(55_000);
  assert.equal(wire.states.at(-1).name, 'waiting', 'a long poll that is never answered is left');
});

test('after five minutes of long polls, the client tries a stream again', async () => {
  const wire = await open({ streamAgainMs: 20_000 });
  await pass(10_000);
  await pass(wire.states.at(-1).delayMs);
  await pass(25_000);
  await wire.answer(200, poll([], '0000000a-1'), JSON_TYPE);
  assert.equal(wire.last.headers.Accept, 'text/event-stream, application/problem+json');
  assert.equal(wire.last.headers['Last-Event-ID'], '0000000a-1');
});

test('an endless poll response is aborted, an invalid one is retried', async () => {
  const wire = await open({ transport: 'poll', maxEventLength: 100 });
  await wire.answer(200, '{"events":[null]}', JSON_TYPE);
  assert.equal(wire.states.at(-1).error.kind, 'malformed');
  await pass(60_000);
  await wire.answer(200, `{"events":[],"padding":"${'x'.repeat(10_500_000)}"}`, JSON_TYPE);
  assert.equal(wire.end.kind, 'too-large');
});

test('a poll reports gaps and resets, and continues in the new log', async () => {
  const wire = await open({ transport: 'poll', lastEventId: '0000000a-50', pollEveryMs: 1000 });
  await wire.answer(200, poll([{ id: '0000000b-3', topic: 't', data: 'x' }], '0000000b-3', [{ type: 'longwave.reset', data: '{"epoch":"0000000b","reason":"unknown-epoch"}' }]), JSON_TYPE);
  assert.deepEqual(wire.said.filter(([name]) => name === 'reset'), [['reset', { epoch: '0000000b', reason: 'unknown-epoch' }]]);
  assert.equal(wire.subscription.position, '0000000b-3');
  assert.deepEqual(wire.ids, ['0000000b-3']);
});
