// Tests the replacement for EventSource: the same members and events.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { LongwaveEventSource } from '../dist/event-source.js';
import { Server } from './setup/server.js';
import { until } from './setup/until.js';

let server;
let source;
afterEach(async () => {
  source?.close();
  await server?.stop();
});

const streams = (...bodies) => (_, response, number) => {
  const body = bodies[number - 1];
  if (body === undefined) {
    response.writeHead(204).end();
  } else if (typeof body === 'number') {
    response.writeHead(body).end();
  } else {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end(body);
  }
};

test('open, message, named events, error, and closed when the server ends the subscription', async () => {
  server = await Server.start(streams('retry: 1\nid: 1\ndata: a\n\nevent: tick\ndata: b\n\nevent: longwave.gap\ndata: {"reason":"retention"}\n\n', 503, 'retry: 1\ndata: c\n\n'));
  source = new LongwaveEventSource(`${server.url}/any`, { minDelayMs: 1, maxDelayMs: 5 });
  const heard = [];
  const states = [];
  source.onopen = () => states.push(['open', source.readyState]);
  source.onerror = () => states.push(['error', source.readyState]);
  source.onmessage = (event) => heard.push(['message', event.data, event.lastEventId, event.origin]);
  source.addEventListener('tick', ({ data, lastEventId }) => heard.push(['tick', data, lastEventId]));
  source.addEventListener('longwave.gap', ({ data }) => heard.push(['gap', JSON.parse(data).reason]));
  assert.deepEqual([source.readyState, source.CONNECTING, LongwaveEventSource.OPEN, source.CLOSED, source.url, source.withCredentials], [0, 0, 1, 2, `${server.url}/any`, false]);
  await until('the end', () => source.readyState === source.CLOSED);
  assert.deepEqual(heard, [['message', 'a', '1', server.url], ['tick', 'b', '1'], ['gap', 'retention'], ['message', 'c', '1', server.url]]);
  assert.deepEqual(states, [['open', 1], ['error', 0], ['error', 0], ['open', 1], ['error', 0], ['error', 2]]);
  assert.equal(server.requests[1].headers['last-event-id'], '1');
});

test('a rejection closes, and no event follows a close', async () => {
  server = await Server.start(streams(404));
  source = new LongwaveEventSource(server.url, { withCredentials: true });
  await new Promise((resolve) => source.addEventListener('error', resolve));
  assert.equal(source.readyState, 2);
  assert.equal(source.withCredentials, true);
});

test('closed by the caller: no error, no event', async () => {
  server = await Server.start((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: a\n\ndata: b\n\n');
  });
  source = new LongwaveEventSource(server.url);
  const heard = [];
  source.onerror = () => heard.push('error');
  await new Promise((resolve) => {
    source.onmessage = ({ data }) => {
      heard.push(data);
      source.close();
      setTimeout(resolve, 20);
    };
  });
  assert.deepEqual(heard, ['a']);
  assert.equal(source.readyState, 2);
});

test('an invalid URL is a SyntaxError, as the standard requires', () => {
  assert.throws(() => new LongwaveEventSource('http://'), { name: 'SyntaxError' });
});

test('an on… handler keeps its index until it is null, and moves to the end when it is set again', async () => {
  server = await Server.start(streams('retry: 1\ndata: a\n\n'));
  source = new LongwaveEventSource(server.url, { minDelayMs: 1 });
  const heard = [];
  source.onmessage = () => heard.push('replaced');
  source.addEventListener('message', () => heard.push('listener'));
  source.onmessage = () => heard.push('first');
  source.onopen = () => heard.push('never');
  source.onopen = null;
  source.addEventListener('open', () => heard.push('open listener'));
  source.onopen = function opened() {
    heard.push(['open handler', this === source]);
  };
  source.onerror = () => heard.push('error');
  assert.equal(typeof source.onmessage, 'function');
  source.onerror = null;
  await until('the end', () => source.readyState === 2);
  assert.deepEqual(heard, ['open listener', ['open handler', true], 'first', 'listener']);
});

test('an on… handler is an object or null, and only functions are called', async () => {
  server = await Server.start(streams('retry: 1\ndata: a\n\n'));
  source = new LongwaveEventSource(server.url, { minDelayMs: 1 });
  const heard = [];
  for (const value of [5, 'text', undefined, true, Symbol('s'), null]) {
    source.onmessage = () => heard.push('removed');
    source.onmessage = value;
    assert.equal(source.onmessage, null);
  }

  const object = { handleEvent: () => heard.push('called') };
  source.onmessage = object;
  assert.equal(source.onmessage, object);
  await until('the end', () => source.readyState === 2);
  assert.deepEqual(heard, []);
});

test('the interface is that of the standard', () => {
  const { prototype } = LongwaveEventSource;
  source = new LongwaveEventSource('http://127.0.0.1:1/a', null);
  for (const [name, value] of [['CONNECTING', 0], ['OPEN', 1], ['CLOSED', 2]]) {
    for (const owner of [LongwaveEventSource, prototype]) {
      assert.deepEqual(Object.getOwnPropertyDescriptor(owner, name), { value, writable: false, enumerable: true, configurable: false });
    }

    assert.throws(() => {
      source[name] = 9;
    }, TypeError);
    assert.equal(source[name], value);
  }

  for (const name of ['url', 'withCredentials', 'readyState']) {
    const before = source[name];
    assert.throws(() => {
      source[name] = 'http://other/';
    }, TypeError);
    assert.equal(source[name], before);
  }

  for (const name of ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close']) {
    assert.ok(Object.getOwnPropertyDescriptor(prototype, name).enumerable, name);
  }

  assert.deepEqual(Object.keys(source), []);
  assert.equal(Object.prototype.toString.call(source), '[object EventSource]');
  assert.deepEqual(Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag), { value: 'EventSource', writable: false, enumerable: false, configurable: true });
  assert.equal(LongwaveEventSource.length, 1);
  assert.ok(source instanceof EventTarget);
});

test('the arguments of the constructor are those of the standard', () => {
  assert.throws(() => new LongwaveEventSource(), TypeError);
  assert.throws(() => new LongwaveEventSource('http://127.0.0.1:1/', 5), TypeError);
  assert.throws(() => new LongwaveEventSource(Symbol('http://127.0.0.1:1/')), TypeError);
  for (const [init, withCredentials] of [[null, false], [undefined, false], [{}, false], [{ withCredentials: 1 }, true], [{ withCredentials: null }, false]]) {
    source = new LongwaveEventSource({ toString: () => 'http://127.0.0.1:1/a b' }, init);
    assert.deepEqual([source.url, source.withCredentials], ['http://127.0.0.1:1/a%20b', withCredentials]);
    source.close();
  }
});

test('the origin of an event is that of the URL after redirects, for each connection', async () => {
  const other = await Server.start(streams('retry: 1\ndata: a\n\n'));
  try {
    server = await Server.start((_, response, number) => {
      if (number === 1) {
        response.writeHead(302, { Location: `${other.url}/b` }).end();
      } else if (number === 2) {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data: b\n\n');
      } else {
        response.writeHead(204).end();
      }
    });
    source = new LongwaveEventSource(`${server.url}/a`, { minDelayMs: 1, maxDelayMs: 5 });
    const origins = [];
    source.onmessage = ({ origin }) => origins.push(origin);
    await until('the end', () => source.readyState === 2);
    assert.deepEqual(origins, [other.url, server.url]);
    assert.equal(source.url, `${server.url}/a`);
  } finally {
    await other.stop();
  }
});

test('a URL that cannot be fetched closes after one error', async () => {
  for (const url of ['mailto:a@example.com', 'ws://127.0.0.1:1/', 'javascript:0', 'ftp://127.0.0.1/', 'about:blank', 'unknown:x']) {
    source = new LongwaveEventSource(url, { minDelayMs: 1 });
    const errors = [];
    source.onerror = () => errors.push(source.readyState);
    await until(url, () => source.readyState === 2);
    assert.deepEqual(errors, [2], url);
  }
});

test('a data URL is a stream', async () => {
  source = new LongwaveEventSource(`data:text/event-stream,${encodeURIComponent('retry: 1\ndata: a\n\n')}`, { minDelayMs: 1 });
  const heard = [];
  source.onmessage = ({ data }) => {
    heard.push(data);
    source.close();
  };
  await until('the event', () => heard.length > 0);
  assert.deepEqual(heard, ['a']);
});

test('after close in a handler, no event follows, even if it was already read', async () => {
  server = await Server.start(streams('data: a\n\ndata: b\n\n'));
  source = new LongwaveEventSource(server.url);
  const heard = [];
  source.onopen = () => {
    heard.push('open');
    source.close();
  };
  source.onmessage = ({ data }) => heard.push(data);
  source.onerror = () => heard.push('error');
  await until('the request', () => server.requests.length > 0 && source.readyState === 2);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(heard, ['open']);
  source.close();
  assert.equal(source.readyState, 2);
});
