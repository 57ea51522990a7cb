// In the place of EventSource: the same members and events.

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

test('open, message, named events, error, and closed when the server says so', async () => {
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

test('a refusal closes, and close is the end of all events', async () => {
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

test('an address that is none is a SyntaxError, as the standard has it', () => {
  assert.throws(() => new LongwaveEventSource('http://'), { name: 'SyntaxError' });
});

test('an on… keeps its place, and can be taken away', async () => {
  server = await Server.start(streams('retry: 1\ndata: a\n\n'));
  source = new LongwaveEventSource(server.url, { minDelayMs: 1 });
  const heard = [];
  source.onmessage = () => heard.push('replaced');
  source.addEventListener('message', () => heard.push('listener'));
  source.onmessage = () => heard.push('first');
  source.onerror = () => heard.push('error');
  assert.equal(typeof source.onmessage, 'function');
  source.onerror = null;
  await until('the end', () => source.readyState === 2);
  assert.deepEqual(heard, ['first', 'listener']);
});
