// The part of the page that must never miss or double an event, against answers that no hub gives on demand.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { before as positionBefore, isAtOrBefore } from '../../src/Longwave.Server/Page/Files/positions.js';
import { Subscription } from '../../src/Longwave.Server/Page/Files/subscription.js';
import { prettyJson } from '../../src/Longwave.Server/Page/Files/text.js';

const encoder = new TextEncoder();
const realFetch = globalThis.fetch;
const tip = (position) => `{"type":"longwave.tip","data":"${position}"}\n`;
const event = (position, data = position) => `{"id":"${position}","topic":"t","time":"2026-11-23T06:57:00.123Z","data":${JSON.stringify(data)}}\n`;
const control = (type, data, rest = '') => `{"type":"${type}","data":${JSON.stringify(JSON.stringify(data))}${rest}}\n`;

/** What the page asked, newest last; each has `answer`. */
let requests;
let heard;
let subscription;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  [requests, heard] = [[], []];
  globalThis.fetch = (address, { signal, headers }) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    requests.push({ query: new URLSearchParams(address.split('?')[1]), headers, signal, resolve, reject });
  });
});
afterEach(() => {
  subscription?.stop();
  globalThis.fetch = realFetch;
  mock.timers.reset();
});

/** Lets everything run that waits for nothing but its turn. */
const settle = async () => {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

function subscribe(request = {}) {
  const on = (name) => (...said) => heard.push([name, ...said]);
  subscription = new Subscription({ selectors: ['t'], since: null, position: null, ...request }, {
    event: on('event'), control: on('control'), tip: on('tip'), state: on('state'),
  });
  subscription.run();
  return settle();
}

/** Answers the newest request with a stream; returns what writes to it. */
function stream() {
  const { resolve, signal } = requests.at(-1);
  let writer;
  const body = new ReadableStream({ start: (controller) => { writer = controller; } });
  signal.addEventListener('abort', () => {
    try {
      writer.error(signal.reason);
    } catch {
      // It had ended.
    }
  });
  resolve(new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } }));
  return {
    write: (...texts) => {
      texts.forEach((text) => writer.enqueue(typeof text === 'string' ? encoder.encode(text) : text));
      return settle();
    },
    end: () => {
      writer.close();
      return settle();
    },
    break: () => {
      writer.error(new TypeError('connection reset'));
      return settle();
    },
  };
}

async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

const positions = () => heard.filter(([name]) => name === 'event').map(([, item]) => item.id);
const states = () => heard.filter(([name]) => name === 'state').map(([, state]) => state.name);
const last = () => requests.at(-1).query;

test('the first connection asks for lines and no position, the next one for what came last', async () => {
  await subscribe({ selectors: ['a', 'b/{c}'], since: 'earliest' });
  assert.equal(requests[0].headers.Accept, 'application/x-ndjson');
  assert.equal(requests[0].query.toString(), 'topic=a&topic=b%2F%7Bc%7D&since=earliest');
  const first = stream();
  await first.write(tip('0000000a-9'), event('0000000a-3'), event('0000000a-5'));
  await first.break();
  await pass(1000);
  assert.equal(last().get('last_event_id'), '0000000a-5');
  assert.equal(last().get('since'), 'earliest');
});

test('events that come a second time are handed on once, also above 2^53', async () => {
  await subscribe();
  const first = stream();
  await first.write(tip('0000000a-0'), event('0000000a-9007199254740993'), event('0000000a-9007199254740993'), event('0000000a-9007199254740992'), event('0000000a-9007199254740994'));
  assert.deepEqual(positions(), ['0000000a-9007199254740993', '0000000a-9007199254740994']);
});

test('a line that was cut off is no event', async () => {
  await subscribe();
  const first = stream();
  await first.write(tip('0000000a-0'), event('0000000a-1'), event('0000000a-2').trimEnd());
  await first.end();
  assert.deepEqual(positions(), ['0000000a-1']);
  await pass(1000);
  assert.equal(last().get('last_event_id'), '0000000a-1');
});

test('lines and characters may be cut anywhere on the way', async () => {
  await subscribe();
  const first = stream();
  await first.write(...Array.from(encoder.encode(tip('0000000a-0') + event('0000000a-1', 'ünï 🌊') + event('0000000a-2', '\u2028')), (byte) => Uint8Array.of(byte)));
  assert.deepEqual(heard.filter(([name]) => name === 'event').map(([, item]) => item.data), ['ünï 🌊', '\u2028']);
});

test('the first tip is where a live stream began, the later ones move the position', async () => {
  await subscribe();
  const first = stream();
  await first.write(tip('0000000a-7'));
  assert.equal(subscription.position, '0000000a-7');
  await first.write(tip('0000000a-12'));
  assert.equal(subscription.position, '0000000a-12');

  // A resumed stream is greeted with a tip that it has not reached yet.
  await first.break();
  await pass(1000);
  const second = stream();
  await second.write(tip('0000000a-90'));
  assert.equal(subscription.position, '0000000a-12');
  await second.break();
  await pass(1000);
  assert.equal(last().get('last_event_id'), '0000000a-12');
});

test('a stream with no position that breaks right after its greeting comes back to where it began', async () => {
  await subscribe();
  const first = stream();
  await first.write(tip('0000000a-7'));
  await first.break();
  await pass(1000);
  const second = stream();
  await second.write(tip('0000000a-9'));
  await second.break();
  await pass(1000);
  assert.equal(last().get('last_event_id'), '0000000a-7');
});

test('after a reset the old position is forgotten and lower ones count', async () => {
  await subscribe({ position: '0000000a-50' });
  const first = stream();
  await first.write(tip('0000000b-2'), control('longwave.reset', { epoch: '0000000b', reason: 'unknown-epoch' }));
  assert.equal(subscription.position, '0000000b-2');
  assert.deepEqual(heard.filter(([name]) => name === 'state').at(-1), ['state', { name: 'live', resumedAt: null }]);
  await first.write(event('0000000b-3'));
  assert.deepEqual(positions(), ['0000000b-3']);
  assert.deepEqual(heard.filter(([name]) => name === 'control'), [['control', 'longwave.reset', { epoch: '0000000b', reason: 'unknown-epoch' }]]);
});

test('whether it resumed is said before the first event, and taken back when a reset comes late', async () => {
  await subscribe({ position: '0000000a-5' });
  const first = stream();
  await first.write(tip('0000000a-6') + event('0000000a-6'));
  assert.deepEqual(heard.map(([name]) => name), ['state', 'tip', 'state', 'event']);
  assert.deepEqual(heard[2], ['state', { name: 'live', resumedAt: '0000000a-5' }]);
  await first.break();
  await pass(1000);
  const second = stream();
  await second.write(tip('0000000b-1'));
  await second.write(control('longwave.reset', { epoch: '0000000b', reason: 'unknown-epoch' }));
  assert.deepEqual(heard.filter(([name]) => name === 'state').slice(-2).map(([, state]) => state.resumedAt), ['0000000a-6', null]);
});

test('the hub says when to come back, and is taken at its word', async () => {
  await subscribe();
  const first = stream();
  await first.write(tip('0000000a-1'), control('longwave.reconnect', { reason: 'drain', retry: 7000 }, ',"retry":7000'));
  await first.end();
  await pass(6999);
  assert.equal(requests.length, 1);
  await pass(1);
  assert.equal(requests.length, 2);
});

test('a refusal that may pass is tried again after Retry-After, one that will not waits for a person', async () => {
  await subscribe();
  const problem = (status, headers = {}) => new Response(JSON.stringify({ title: 'No', detail: 'because', field: 'topic' }), { status, headers });
  requests[0].resolve(problem(503, { 'Retry-After': '3' }));
  await settle();
  await pass(2999);
  assert.equal(requests.length, 1);
  await pass(1);
  assert.equal(requests.length, 2);
  requests[1].resolve(problem(400));
  await settle();
  assert.deepEqual(heard.at(-1), ['state', { name: 'refused', words: 'No (topic): because' }]);
  await pass(3_600_000);
  assert.equal(requests.length, 2);
  subscription.reconnectNow();
  await settle();
  assert.equal(requests.length, 3);
});

test('no content, and something that is not a hub', async () => {
  await subscribe();
  requests[0].resolve(new Response('<h1>Sign in</h1>', { headers: { 'Content-Type': 'text/html' } }));
  await settle();
  assert.equal(states().at(-1), 'waiting');
  await pass(1000);
  requests[1].resolve(new Response(null, { status: 204 }));
  await settle();
  assert.equal(states().at(-1), 'refused');
});

test('failures are spaced out, at most 15 s, and begin anew once the hub has spoken', async () => {
  await subscribe();
  const waits = [];
  for (let i = 0; i < 8; i++) {
    requests.at(-1).reject(new TypeError('refused'));
    await settle();
    const count = requests.length;
    let waited = 0;
    for (; requests.length === count; waited += 100) {
      await pass(100);
    }

    waits.push(waited);
  }

  assert.ok(waits[0] >= 500 && waits[0] <= 1000, waits.join());
  assert.ok(waits.at(-1) >= 7500 && waits.at(-1) <= 15_000, waits.join());
  const first = stream();
  await first.write(tip('0000000a-1'));
  await first.break();
  const count = requests.length;
  await pass(1000);
  assert.equal(requests.length, count + 1);
});

test('a stream that falls silent is left, and patience grows', async () => {
  await subscribe();
  await stream().write(tip('0000000a-1'));
  await pass(39_999);
  assert.equal(requests.length, 1);
  await pass(1);
  assert.ok(requests[0].signal.aborted);
  await pass(1000);
  assert.equal(requests.length, 2);
  await stream().write(tip('0000000a-1'));
  await pass(79_999);
  assert.ok(!requests[1].signal.aborted);
});

test('a stream whose lines are not what a hub writes is left; it goes on from the last event', async () => {
  await subscribe();
  const first = stream();
  await first.write(tip('0000000a-0'), event('0000000a-1'), 'not json\n', event('0000000a-2'));
  assert.ok(requests[0].signal.aborted);
  await pass(1000);
  assert.equal(last().get('last_event_id'), '0000000a-1');
});

test('a stopped subscription says nothing more', async () => {
  await subscribe();
  const first = stream();
  await first.write(tip('0000000a-0'));
  subscription.stop();
  const count = heard.length;
  await settle();
  await pass(100_000);
  assert.equal(heard.length, count);
  assert.equal(requests.length, 1);
  assert.ok(requests[0].signal.aborted);
});

test('positions compare as numbers in one epoch only', () => {
  assert.ok(isAtOrBefore('0000000a-9', '0000000a-10'));
  assert.ok(isAtOrBefore('0000000a-10', '0000000a-10'));
  assert.ok(!isAtOrBefore('0000000a-11', '0000000a-10'));
  assert.ok(!isAtOrBefore('0000000a-1', '0000000b-10'));
  assert.equal(positionBefore('0000000a-9223372036854775807'), '0000000a-9223372036854775806');
});

test('laid out JSON keeps every token, and anything else is left alone', () => {
  const text = (json) => prettyJson(json)?.map((token) => token.text).join('');
  assert.equal(text('{"a":1e400,"a":[],"b":{},"c":"x, {y}: \\"z\\"","d":-0.10}'), '{\n  "a": 1e400,\n  "a": [],\n  "b": {},\n  "c": "x, {y}: \\"z\\"",\n  "d": -0.10\n}');
  for (const other of ['', 'plain', '"text"', '12', '{"a":', '{} {}', '<a>', '[1,]']) {
    assert.equal(prettyJson(other), null, other);
  }
});
