import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { LongwaveError } from '../dist/index.js';
import { Publisher } from '../dist/publisher.js';
import { json, Server } from './setup/server.js';

let server;
afterEach(() => server?.stop());

async function start(answer, options = {}) {
  server = await Server.start(answer);
  return new Publisher(`${server.url}/v1/events`, { minDelayMs: 1, maxDelayMs: 5, ...options });
}

const created = (_, response) => json(response, 201, { id: '0000000a-1' });

test('one event: topic, type and key in the URL, the data unchanged', async () => {
  const publisher = await start(created);
  assert.deepEqual(await publisher.publish('a/ü', 'x\r\ny', { type: 'tick', key: 'k', alternates: ['b'] }), { id: '0000000a-1', duplicate: false });
  const [{ url, method, headers, body }] = server.requests;
  assert.equal(method, 'POST');
  assert.equal(url.search, '?topic=a%2F%C3%BC&topic=b&type=tick&key=k');
  assert.equal(headers['content-type'], 'text/plain;charset=utf-8');
  assert.match(headers['idempotency-key'], /^[0-9a-f]{32}$/);
  assert.equal(body, 'x\r\ny');
});

test('data that is not text is sent as JSON; other data is rejected before the request', async () => {
  const publisher = await start(created);
  await publisher.publish('t', { bid: 1 });
  await publisher.publish('t', null);
  assert.deepEqual(server.requests.map(({ headers, body }) => [headers['content-type'], body]), [['application/json', '{"bid":1}'], ['application/json', 'null']]);
  await assert.rejects(publisher.publish('t', undefined), TypeError);
  await assert.rejects(publisher.publishAll([{ topic: 't', data: () => {} }]), TypeError);
  assert.equal(server.requests.length, 2);
});

test('a batch is one request of CloudEvents', async () => {
  const publisher = await start((_, response) => json(response, 201, { ids: ['0000000a-1', '0000000a-2'], duplicates: 1 }));
  assert.deepEqual(await publisher.publishAll([{ topic: 'a', data: 'x' }, { topic: 'b', data: [1], type: 'tick', key: 'k' }], { idempotencyKey: 'mine' }), { ids: ['0000000a-1', '0000000a-2'], duplicates: 1 });
  const [{ headers, body }] = server.requests;
  assert.equal(headers['content-type'], 'application/cloudevents-batch+json');
  assert.equal(headers['idempotency-key'], 'mine');
  assert.deepEqual(JSON.parse(body), [
    { specversion: '1.0', id: '0', source: '/publisher', type: 'message', topic: 'a', datacontenttype: 'text/plain', data: 'x' },
    { specversion: '1.0', id: '1', source: '/publisher', type: 'tick', topic: 'b', key: 'k', datacontenttype: 'application/json', data: [1] },
  ]);
});

test('no response, 503, 429, 408, 500: retried with the same key until it succeeds', async () => {
  const publisher = await start((_, response, number) => {
    if (number === 1) {
      response.destroy();
    } else {
      json(response, [503, 429, 408, 500, 200][number - 2], { id: '0000000a-1', duplicate: true });
    }
  });
  assert.deepEqual(await publisher.publish('t', 'x'), { id: '0000000a-1', duplicate: true });
  assert.equal(server.requests.length, 6);
  assert.equal(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size, 1);
});

test('two publishes have two keys', async () => {
  const publisher = await start(created);
  await publisher.publish('t', 'x');
  await publisher.publish('t', 'x');
  assert.notEqual(server.requests[0].headers['idempotency-key'], server.requests[1].headers['idempotency-key']);
});

test('a rejection is not retried, and has the detail', async () => {
  const publisher = await start((_, response) => json(response, 413, { title: 'Too large', detail: 'At most 1 MB.', field: 'body' }));
  await assert.rejects(publisher.publish('t', 'x'), (error) => error instanceof LongwaveError && error.kind === 'refused' && error.status === 413 && error.message === 'Too large (body): At most 1 MB.');
  assert.equal(server.requests.length, 1);
});

test('the time limit ends with the last reason, without waiting for a longer Retry-After', async () => {
  const publisher = await start((_, response) => json(response, 503, {}, { 'Retry-After': '3600' }));
  await assert.rejects(publisher.publish('t', 'x'), (error) => error.kind === 'unavailable' && error.retryAfterMs === 3_600_000);
  await server.stop();
  const hanging = await start(() => {}, { timeoutMs: 50 });
  await assert.rejects(hanging.publish('t', 'x'), (error) => error.kind === 'network');
});

test('a signal aborts the publish, before and during a wait', async () => {
  const abort = new AbortController();
  const publisher = await start((_, response) => {
    json(response, 503, {}, { 'Retry-After': '30' });
    setImmediate(() => abort.abort(new Error('enough')));
  });
  await assert.rejects(publisher.publish('t', 'x', { signal: abort.signal }), { message: 'enough' });
  await assert.rejects(publisher.publish('t', 'x', { signal: abort.signal }), { message: 'enough' });
  assert.equal(server.requests.length, 1);
});

test('a rejected token is requested once more', async () => {
  const tokens = ['old', 'new'];
  const publisher = await start(({ headers }, response) => json(response, headers.authorization === 'Bearer new' ? 201 : 401, { id: '0000000a-1' }), { token: () => tokens.shift() ?? 'none' });
  await publisher.publish('t', 'x');
  await publisher.publish('t', 'x');
  assert.deepEqual(server.requests.map(({ headers }) => headers.authorization), ['Bearer old', 'Bearer new', 'Bearer new']);
});

test('a response that is not from a hub', async () => {
  const publisher = await start((_, response) => json(response, 200, { hello: 1 }));
  await assert.rejects(publisher.publish('t', 'x'), { kind: 'malformed' });
  await assert.rejects(publisher.publishAll([]), { kind: 'malformed' });
  assert.equal(server.requests.length, 2);
});

test('307 and 308 are followed with method, body and, within the origin, the token', async () => {
  const other = await Server.start((_, response) => json(response, 201, { id: '0000000a-2' }));
  try {
    const publisher = await start(({ url }, response) => {
      if (url.pathname === '/v1/events') {
        response.writeHead(308, { Location: '/hub/events?topic=t' }).end();
      } else if (url.pathname === '/hub/events') {
        response.writeHead(307, { Location: `${other.url}/v1/events?topic=t` }).end();
      }
    }, { token: () => 'secret' });
    assert.deepEqual(await publisher.publish('t', 'x'), { id: '0000000a-2', duplicate: false });
    assert.deepEqual([...server.requests, ...other.requests].map(({ method, body, headers }) => [method, body, headers.authorization]), [
      ['POST', 'x', 'Bearer secret'], ['POST', 'x', 'Bearer secret'], ['POST', 'x', undefined],
    ]);
  } finally {
    await other.stop();
  }
});

test('other redirects and redirect loops are errors that say what to do: no GET is sent', async () => {
  for (const status of [301, 302, 303]) {
    const publisher = await start((_, response) => response.writeHead(status, { Location: '/elsewhere' }).end());
    await assert.rejects(publisher.publish('t', 'x'), (error) => error.kind === 'refused' && error.status === status && /to \/elsewhere\).*use the final URL/.test(error.message));
    assert.deepEqual(server.requests.map(({ method }) => method), ['POST']);
    await server.stop();
  }

  const circle = await start((_, response) => response.writeHead(307, { Location: '' }).end());
  await assert.rejects(circle.publish('t', 'x'), { kind: 'refused', status: 307 });
  assert.equal(server.requests.length, 6);
});

test('only 200 and 201 are successful results', async () => {
  for (const status of [202, 204, 210]) {
    const publisher = await start((_, response) => response.writeHead(status, { 'Content-Type': 'application/json' }).end());
    await assert.rejects(publisher.publish('t', 'x'), { kind: 'refused', status });
    await server.stop();
  }
});
