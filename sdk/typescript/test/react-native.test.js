// Tests the client on React Native, whose `fetch` does not stream.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { subscribe } from '../dist/index.js';
import { Publisher } from '../dist/publisher.js';
import { xhrFetch } from '../dist/xhr.js';
import { becomeReactNative } from './setup/react-native.js';
import { json, Server } from './setup/server.js';
import { until } from './setup/until.js';

let server;
let subscription;
let back;
beforeEach(() => {
  back = becomeReactNative();
});
afterEach(async () => {
  subscription?.close();
  subscription = undefined;
  back();
  await server?.stop();
});

const listen = () => {
  const heard = { ids: [], end: null };
  void (async () => {
    for await (const { id } of subscription) {
      heard.ids.push(id);
    }
  })().then(() => {
    heard.end = 'done';
  }, (error) => {
    heard.end = error;
  });
  return heard;
};

test('a stream requires xhrFetch: without it, the error says so and no request is sent', async () => {
  server = await Server.start((_, response) => response.end());
  subscription = subscribe(`${server.url}/feed`);
  const heard = listen();
  await until('the end', () => heard.end);
  assert.equal(heard.end.kind, 'not-a-stream');
  assert.match(heard.end.message, /xhrFetch of @longwave\/client\/xhr/);
  assert.equal(server.requests.length, 0);
});

test('a hub is polled where streams are not available, without a parameter `_`', async () => {
  server = await Server.start((_, response, number) => json(response, 200, number === 1 ? { events: [{ id: '0000000a-1', topic: 't', data: 'x' }], next: '0000000a-1' } : { events: [], next: '0000000a-1' }));
  subscription = subscribe(`${server.url}/v1/events`, { topics: 't' });
  const heard = listen();
  await until('the event', () => heard.ids.length === 1);
  assert.equal(server.requests[0].headers.accept, 'application/json, application/problem+json');
  assert.equal(server.requests[0].url.search, '?topic=t&fields=topic&wait=25');
  assert.equal(subscription.state.transport, 'poll');
});

test('xhrFetch streams event by event, resumes, and ends its request', async () => {
  let closed = 0;
  server = await Server.start((_, response, number) => {
    response.on('close', () => closed++);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`: 0000000a-${number}\nretry: 1\nid: 0000000a-${number}\ndata: ünï 🌊\n\n`);
    if (number === 1) {
      response.end();
    }
  });
  subscription = subscribe(`${server.url}/v1/events`, { topics: 't', fetch: xhrFetch, since: 'earliest' });
  const heard = listen();
  await until('the events', () => heard.ids.length === 2);
  assert.equal(server.requests[1].headers['last-event-id'], '0000000a-1');
  subscription.close();
  await until('the end', () => closed === 2 && heard.end === 'done');
});

test('publisher results and problem details arrive, with both', async () => {
  for (const fetch of [undefined, xhrFetch]) {
    server = await Server.start((_, response, number) => (number === 1 ? json(response, 201, { id: '0000000a-1' })
      : json(response, 403, { title: 'Forbidden', detail: 'Not this topic.' }, { 'Content-Type': 'application/problem+json' })));
    const publisher = new Publisher(`${server.url}/v1/events`, { fetch });
    assert.deepEqual(await publisher.publish('t', 'x'), { id: '0000000a-1', duplicate: false });
    await assert.rejects(publisher.publish('t', 'x'), { kind: 'refused', status: 403, message: 'Forbidden: Not this topic.' });
    await server.stop();
  }
});
