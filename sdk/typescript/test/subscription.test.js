// Tests that no event is lost or repeated, with responses and timing that no real server produces on demand.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { LongwaveError, subscribe } from '../dist/index.js';
import { control, event, settle, tip, useWires, Wire } from './setup/wire.js';

const { open, pass } = useWires();

test('the request: selectors, types, since, rate and format in the URL; the position in the header', async () => {
  const wire = await open({
    topics: ['a', 'b/{c}'], types: ['x', 'message'], since: new Date('2026-11-23T06:57:00Z'), maxRate: 2.5, conflate: 'key', format: 'cloudevents',
    lastEventId: '0000000a-7', request: { headers: { 'X-Own': '1' }, credentials: 'include', method: 'POST', body: '{}' },
  }, 'http://hub/v1/events?own=1');
  const { url, headers, init } = wire.last;
  assert.equal(url.search, '?own=1&topic=a&topic=b%2F%7Bc%7D&type=x&type=message&since=2026-11-23T06%3A57%3A00.000Z&max_rate=2.5&conflate=key&format=cloudevents');
  assert.deepEqual(headers, { 'x-own': '1', Accept: 'text/event-stream, application/problem+json', 'Last-Event-ID': '0000000a-7' });
  assert.deepEqual([init.credentials, init.method, init.body, init.cache], ['include', 'POST', '{}', 'no-store']);
});

test('states: connecting, open with its position, waiting with the reason, closed', async () => {
  const wire = await open({ lastEventId: '0000000a-5' });
  const stream = wire.stream();
  await stream.write(tip(6) + event(6));
  await stream.break();
  wire.subscription.close();
  await settle();
  assert.deepEqual(wire.states.map(({ name }) => name), ['connecting', 'open', 'waiting', 'closed']);
  assert.equal(wire.states[1].resumedAt, '0000000a-5');
  assert.equal(wire.states[2].error.kind, 'network');
  assert.equal(wire.states[3].error, null);
  assert.equal(wire.end, 'done');
});

test('the client reports that it resumed before the first event, and withdraws that after a late reset', async () => {
  const wire = await open({ lastEventId: '0000000a-5' });
  const stream = wire.stream();
  await stream.write(tip(2, '0000000b'));
  await stream.write(control('reset', { epoch: '0000000b', reason: 'unknown-epoch' }));
  const opened = wire.states.filter(({ name }) => name === 'open');
  assert.deepEqual(opened.map(({ resumedAt }) => resumedAt), ['0000000a-5', null]);
  assert.equal(wire.subscription.position, '0000000b-2');
});

test('the position moves when the loop requests the next event, and a slow loop pauses reading', async () => {
  const wire = await open();
  const stream = wire.stream();
  let go;
  wire.hold = new Promise((resolve) => {
    go = resolve;
  });
  await stream.write(tip(0) + event(1) + event(2));
  assert.deepEqual(wire.ids, ['0000000a-1']);
  assert.equal(wire.subscription.position, '0000000a-0');
  const { pulled } = stream;
  await pass(3_600_000);
  assert.equal(stream.pulled, pulled, 'nothing more was asked for');
  assert.equal(wire.requests.length, 1, 'a slow reader is no dead stream');
  go();
  await settle();
  assert.deepEqual(wire.ids, ['0000000a-1', '0000000a-2']);
  assert.equal(wire.subscription.position, '0000000a-2');
});

test('leaving the loop ends the connection; the current event does not count as processed', async () => {
  const wire = new Wire();
  const subscription = subscribe('http://hub/v1/events', { topics: 't', fetch: wire.fetch });
  const reading = (async () => {
    for await (const { id } of subscription) {
      if (id === '0000000a-2') {
        break;
      }
    }
  })();
  await settle();
  await wire.stream().write(tip(0) + event(1) + event(2) + event(3));
  await reading;
  assert.ok(wire.last.signal.aborted);
  assert.equal(subscription.position, '0000000a-1');
  assert.equal(subscription.state.name, 'closed');
  assert.throws(() => subscription[Symbol.asyncIterator](), TypeError);
});

test('return and a signal end a waiting loop', async () => {
  const wire = new Wire();
  const iterator = subscribe('http://hub/v1/events', { topics: 't', fetch: wire.fetch })[Symbol.asyncIterator]();
  const next = iterator.next();
  await settle();
  assert.equal((await iterator.return()).done, true);
  assert.equal((await next).done, true);

  const abort = new AbortController();
  const signalled = await open({ signal: abort.signal });
  abort.abort();
  await settle();
  assert.equal(signalled.end, 'done');
  const dead = await open({ signal: AbortSignal.abort() });
  assert.equal(dead.requests.length, 0);
  assert.equal(dead.end, 'done');
});

test('a configured heartbeat: the stream ends after a silence of 2.5 intervals', async () => {
  const wire = await open({ heartbeatMs: 4000 });
  await wire.stream().write(tip(1));
  await pass(9999);
  assert.ok(!wire.last.signal.aborted);
  await pass(1);
  assert.equal(wire.states.at(-1).error.kind, 'silence');
});

test('a learned heartbeat: the longest of the last few intervals', async () => {
  const wire = await open();
  const stream = wire.stream();
  await stream.write(tip(1));
  for (let i = 0; i < 4; i++) {
    await pass(2000);
    await stream.write(tip(1));
  }

  await pass(4999);
  assert.ok(!wire.last.signal.aborted);
  await pass(1);
  assert.ok(wire.requests[0].signal.aborted);
});

test('a hub with an unknown, long heartbeat interval: the silence time-out grows', async () => {
  const wire = await open();
  await wire.stream().write(tip(1));
  await pass(37_499);
  assert.ok(!wire.last.signal.aborted);
  await pass(1);
  await pass(30_000);
  assert.equal(wire.requests.length, 2);
  await wire.stream().write(tip(1));
  await pass(74_999);
  assert.ok(!wire.last.signal.aborted);
});

test('a late timer means that the program slept, and the client waits once more', async () => {
  const wire = await open({ heartbeatMs: 4000 });
  const stream = wire.stream();
  await stream.write(tip(1));
  await pass(10_000, 3_600_000);
  assert.ok(!wire.last.signal.aborted);
  await stream.write(event(2));
  assert.deepEqual(wire.ids, ['0000000a-2']);
  await pass(10_000);
  assert.ok(wire.requests[0].signal.aborted);
});

test('a server that is not a hub: no time limit, no heartbeat, no greeting', async () => {
  const wire = await open({ topics: undefined }, 'http://other/stream');
  await pass(86_400_000);
  assert.equal(wire.requests.length, 1);
  const stream = wire.stream();
  await settle();
  assert.equal(wire.states.at(-1).name, 'open', 'open with the headers');
  await pass(86_400_000);
  await stream.write('data: at last\n\n');
  assert.deepEqual(wire.heard, [{ type: 'message', data: 'at last', id: '' }]);
});

test('another server with a configured heartbeat: silence counts from the headers, and from the request', async () => {
  const wire = await open({ topics: undefined, heartbeatMs: 4000 }, 'http://other/stream');
  wire.stream();
  await settle();
  assert.equal(wire.states.at(-1).name, 'open');
  await pass(9999);
  assert.ok(!wire.last.signal.aborted);
  await pass(1);
  assert.equal(wire.states.at(-1).error.kind, 'silence');
  await pass(wire.states.at(-1).delayMs);
  assert.equal(wire.requests.length, 2);
  await pass(10_000);
  assert.equal(wire.states.at(-1).error.kind, 'no-greeting');

  // Some servers send no headers before the first heartbeat.
  const slow = await open({ topics: undefined, heartbeatMs: 15_000 }, 'http://other/stream');
  await pass(37_499);
  assert.ok(!slow.last.signal.aborted);
  await pass(1);
  assert.equal(slow.states.at(-1).error.kind, 'no-greeting');
});

test('a limit beyond the range of timers is unlimited', async () => {
  const wire = await open({ greetingMs: Infinity, heartbeatMs: 2 ** 31 });
  await pass(86_400_000);
  const stream = wire.stream();
  await stream.write(tip(1));
  await pass(86_400_000);
  await stream.write(event(2));
  assert.equal(wire.requests.length, 1);
  assert.deepEqual(wire.ids, ['0000000a-2']);
});

test('a scheme that cannot be fetched ends at once; a fetchable scheme is retried', async () => {
  const never = await open({}, 'ftp://other/stream');
  never.last.reject(new TypeError('fetch failed'));
  await settle();
  assert.equal(never.requests.length, 1);
  assert.deepEqual([never.end.kind, never.end.retryable], ['network', false]);
  const shell = await open({}, 'capacitor://hub/v1/events');
  const stream = shell.stream();
  await stream.write(tip(0) + event(1));
  await stream.break();
  assert.equal(shell.states.at(-1).name, 'waiting');
});

test('an empty id of another server clears the position', async () => {
  const wire = await open({ topics: undefined }, 'http://other/stream');
  const stream = wire.stream();
  await stream.write('id: 7\ndata: a\n\nid\ndata: b\n\n');
  await stream.break();
  await pass(60_000);
  assert.equal(wire.last.headers['Last-Event-ID'], undefined);
});

test('an id that is not valid in a header is sent in the query', async () => {
  const wire = await open({ topics: undefined }, 'http://other/stream');
  const stream = wire.stream();
  await stream.write('id: a\u0001b\ndata: a\n\n');
  await stream.break();
  await pass(60_000);
  assert.equal(wire.last.headers['Last-Event-ID'], undefined);
  assert.equal(wire.last.url.searchParams.get('last_event_id'), 'a\u0001b');
});

test('a changed request resumes at the same position', async () => {
  const wire = await open();
  const stream = wire.stream();
  await stream.write(tip(0) + event(1));
  wire.subscription.update({ topics: ['t', 'u'], maxRate: 1 });
  await settle();
  assert.equal(wire.requests.length, 2);
  assert.ok(wire.requests[0].signal.aborted);
  assert.equal(wire.last.url.search, '?topic=t&topic=u&max_rate=1&fields=topic');
  assert.equal(wire.last.headers['Last-Event-ID'], '0000000a-1');
  await wire.stream().write(tip(1) + event(1) + event(2));
  assert.deepEqual(wire.ids, ['0000000a-1', '0000000a-2']);
});

test('a payload is decoded; an invalid payload ends the loop before it', async () => {
  const wire = await open({ decode: JSON.parse });
  await wire.stream().write(tip(0) + event(1, '{"bid":1}') + event(2, '{broken'));
  assert.deepEqual(wire.heard.map(({ data }) => data), [{ bid: 1 }]);
  assert.equal(wire.end.kind, 'payload');
  assert.ok(wire.end.cause instanceof SyntaxError);
  assert.equal(wire.subscription.position, '0000000a-1');
});

test('a token provider that fails is called again; with null, the request is anonymous', async () => {
  let calls = 0;
  const wire = await open({
    token: () => {
      if (++calls === 1) {
        throw new Error('the login is down');
      }

      return calls === 2 ? 'good' : null;
    },
  });
  assert.equal(wire.requests.length, 0);
  assert.equal(wire.states.at(-1).error.kind, 'token');
  await pass(60_000);
  assert.equal(wire.last.headers.Authorization, 'Bearer good');
  await wire.answer(401);
  assert.equal(wire.last.headers.Authorization, undefined);
});

test('a ticket instead of headers: one for each connection, the position in the query', async () => {
  const wire = await open({ carrier: 'ticket', token: () => 'secret', lastEventId: '0000000a-1' });
  for (const ticket of ['first', 'second']) {
    assert.equal(String(wire.last.url), 'http://hub/v1/tickets');
    assert.equal(wire.last.method, 'POST');
    assert.equal(wire.last.headers.Authorization, 'Bearer secret');
    await wire.answer(201, JSON.stringify({ ticket, expires: '2030-01-01T00:00:00Z' }));
    assert.equal(wire.last.url.search, `?topic=t&fields=topic&last_event_id=0000000a-1&ticket=${ticket}`);
    assert.deepEqual(wire.last.headers, { Accept: 'text/event-stream, application/problem+json' });
    await wire.answer(503);
    await pass(60_000);
  }
});

test('a store has the processed position, soon and at the end, and the next run starts there', async () => {
  const saved = [];
  const store = { load: () => '0000000a-4', save: async (position) => void saved.push(position) };
  const wire = await open({ store });
  assert.equal(wire.last.headers['Last-Event-ID'], '0000000a-4');
  const stream = wire.stream();
  await stream.write(tip(4) + event(5) + event(6));
  await stream.write(event(7));
  assert.deepEqual(saved, []);
  await pass(250);
  assert.deepEqual(saved, ['0000000a-7']);
  await stream.write(event(8));
  wire.subscription.close();
  await settle();
  assert.deepEqual(saved, ['0000000a-7', '0000000a-8']);
});

test('a failing store does not affect the subscription', async () => {
  const store = { load: () => null, save: () => Promise.reject(new Error('disk full')) };
  const wire = await open({ store });
  await wire.stream().write(tip(0) + event(1));
  await pass(250);
  assert.equal(wire.end, null);
  assert.deepEqual(wire.ids, ['0000000a-1']);
});

test('a listener that throws does not affect other listeners, and its error is reported', async () => {
  const wire = await open();
  const uncaught = [];
  const queued = mock.method(globalThis, 'queueMicrotask', (report) => assert.throws(report, (error) => uncaught.push(error.message) > 0));
  wire.subscription.on('tip', () => {
    throw new Error('mine');
  });
  await wire.stream().write(tip(0) + event(1));
  assert.deepEqual(wire.ids, ['0000000a-1']);
  assert.deepEqual(uncaught, ['mine']);
  queued.mock.restore();
});

test('lines: every event with its topic and time', async () => {
  const wire = await open({ format: 'lines' });
  assert.equal(wire.last.headers.Accept, 'application/x-ndjson, application/problem+json');
  const stream = wire.stream({ type: 'application/x-ndjson' });
  await stream.write('{"type":"longwave.tip","data":"0000000a-0"}\n{"id":"0000000a-1","topic":"t","time":"2026-11-23T06:57:00.123Z","data":"x"}\n');
  assert.deepEqual(wire.heard, [{ id: '0000000a-1', topic: 't', type: 'message', time: '2026-11-23T06:57:00.123Z', data: 'x' }]);
  await stream.write('not json\n');
  assert.equal(wire.states.at(-1).error.kind, 'malformed');
  assert.ok(wire.states.at(-1).error instanceof LongwaveError);
});
