// Tests authentication against a real hub: tokens, their renewal on an open stream, tickets, revocation.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fetchTicket, LongwaveError, subscribe } from '../dist/index.js';
import { Publisher } from '../dist/publisher.js';
import { reportTelemetry } from '../dist/telemetry.js';
import { Hub } from '../../../tests/e2e/setup/hub.js';
import { Issuer } from './setup/issuer.js';
import { until } from './setup/until.js';

const READ = { subscribe: ['t'] };

const issuer = new Issuer();
let hub;
let url;
let publisher;
before(async () => {
  hub = await Hub.start(issuer.settings());
  url = `${hub.url}/v1/events`;
  publisher = new Publisher(url, { token: () => issuer.token('writer', { publish: ['t'] }) });
});
after(async () => {
  await hub?.dispose();
  issuer.dispose();
});

/** Starts a subscription and records its states and events. */
function listen(options) {
  const subscription = subscribe(url, { topics: 't', minDelayMs: 20, ...options });
  const heard = { subscription, states: [], controls: [], datas: [], error: null };
  subscription.on('state', ({ name }) => heard.states.push(name));
  subscription.on('control', ({ type, data }) => heard.controls.push(data.reason ? `${type}: ${data.reason}` : type));
  heard.ended = (async () => {
    try {
      for await (const { data } of subscription) {
        heard.datas.push(data);
      }
    } catch (error) {
      heard.error = error;
    }
  })();
  return heard;
}

const admin = () => ({ Authorization: `Bearer ${issuer.token('root', { admin: true })}` });

async function revoke(what) {
  const response = await fetch(`${hub.url}/v1/revocations`, { method: 'POST', headers: { ...admin(), 'Content-Type': 'application/json' }, body: JSON.stringify(what) });
  assert.equal(response.status, 201, await response.text());
}

test('a stream is renewed repeatedly without a reconnect and misses no event', async () => {
  let tokens = 0;
  const heard = listen({
    token: () => {
      tokens++;
      return issuer.token('alice', READ, 3);
    },
  });
  await until('the stream', () => heard.states.includes('open'));
  const connections = new Set();
  for (let i = 0; i < 80; i++) {
    await publisher.publish('t', `renewed ${i}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { connections: open } = await (await fetch(`${hub.url}/v1/connections?subject=alice`, { headers: admin() })).json();
    open.forEach(({ id }) => connections.add(id));
  }

  await until('the last event', () => heard.datas.length === 80);
  heard.subscription.close();
  await heard.ended;
  assert.deepEqual(heard.datas, Array.from({ length: 80 }, (_, i) => `renewed ${i}`));
  assert.deepEqual(heard.states, ['connecting', 'open', 'closed']);
  assert.equal(connections.size, 1);
  assert.ok(tokens >= 4, `${tokens} tokens in 8 seconds of 3 each`);
  assert.ok(heard.controls.every((control) => control === 'token-expiring'), `${heard.controls}`);
});

test('a stream without renewal ends with its token, and a fresh token resumes at its position', async () => {
  let isRefused = true;
  const heard = listen({
    token: () => issuer.token('bob', READ, 2),
    // Every renewal request fails.
    fetch: (input, init) => (isRefused && input.endsWith('/token') ? Promise.reject(new TypeError('cut')) : fetch(input, init)),
  });
  await until('the stream', () => heard.states.includes('open'));
  await publisher.publish('t', 'before');
  await until('the end', () => heard.controls.includes('closed: token-expired'));
  isRefused = false;
  await publisher.publish('t', 'after');
  await until('the event', () => heard.datas.length === 2);
  heard.subscription.close();
  assert.deepEqual(heard.datas, ['before', 'after']);
});

test('after a revocation or an end by an administrator, the client gets the reason and does not reconnect', async () => {
  const revoked = listen({ token: () => issuer.token('mallory', READ) });
  const ended = listen({ token: () => issuer.token('oscar', READ) });
  await until('the streams', () => revoked.states.includes('open') && ended.states.includes('open'));
  await revoke({ sub: 'mallory' });
  const { connections } = await (await fetch(`${hub.url}/v1/connections?subject=oscar`, { headers: admin() })).json();
  await fetch(`${hub.url}/v1/connections/${connections[0].id}`, { method: 'DELETE', headers: admin() });
  for (const one of [revoked, ended]) {
    await one.ended;
    assert.ok(one.error instanceof LongwaveError);
    assert.equal(one.error.kind, 'revoked');
    assert.equal(one.states.at(-1), 'closed');
  }
});

test('a subscription without a grant fails permanently, with the detail of the hub', async () => {
  const heard = listen({ topics: 'other', token: () => issuer.token('alice', READ) });
  await heard.ended;
  assert.deepEqual([heard.error.kind, heard.error.status], ['refused', 403]);
  assert.match(heard.error.message, /No grant allows subscribing to `other`/);
  await assert.rejects(publisher.publish('other', 'x'), { kind: 'refused', status: 403 });
});

test('a ticket opens a stream without headers, and no second one while it is open', async () => {
  const heard = listen({ carrier: 'ticket', token: () => issuer.token('carol', READ) });
  await until('the stream', () => heard.states.includes('open'));
  await publisher.publish('t', 'by ticket');
  await until('the event', () => heard.datas.includes('by ticket'));
  heard.subscription.reconnect();
  await until('the next stream', () => heard.states.filter((name) => name === 'open').length === 2);
  await publisher.publish('t', 'by another ticket');
  await until('the event', () => heard.datas.includes('by another ticket'));
  heard.subscription.close();

  const ticket = await fetchTicket(url, issuer.token('carol', READ));
  const first = await fetch(`${url}?topic=t&ticket=${ticket}`);
  const second = await fetch(`${url}?topic=t&ticket=${ticket}`);
  await first.body.cancel();
  assert.deepEqual([first.status, second.status], [200, 429]);
});

test('a slow rate delivers only the newest event of each key', async () => {
  const heard = listen({ token: () => issuer.token('dave', READ), maxRate: 1, conflate: 'key' });
  await until('the stream', () => heard.states.includes('open'));
  await publisher.publish('t', 'first', { key: 'k' });
  for (let i = 0; i < 20; i++) {
    await publisher.publish('t', `${i}`, { key: 'k' });
  }

  await until('the newest', () => heard.datas.includes('19'));
  heard.subscription.close();
  assert.ok(heard.datas.length < 20, `${heard.datas}`);
});

test('the hub accepts telemetry from clients that may subscribe', async () => {
  const answers = [];
  const report = (token) => {
    const subscription = subscribe(url, { topics: 't', format: 'lines', token: () => issuer.token('erin', READ) });
    const stop = reportTelemetry(subscription, url, {
      share: 1, token, fetch: async (input, init) => {
        const response = await fetch(input, init);
        answers.push([init.body, response.status]);
        return response;
      },
    });
    return { subscription, stop };
  };
  for (const [i, token] of [() => issuer.token('erin', READ), undefined].entries()) {
    const { subscription, stop } = report(token);
    const reading = (async () => {
      for await (const _ of subscription) {
        break;
      }
    })();
    await until('the stream', () => subscription.state.name === 'open');
    await publisher.publish('t', 'measured');
    await reading;
    stop();
    await until('the answer', () => answers.length === i + 1);
  }

  assert.deepEqual(answers.map(([, status]) => status), [204, 401]);
  const kinds = JSON.parse(answers[0][0]).samples.map(({ kind }) => kind);
  assert.deepEqual(kinds, ['connect', 'first-event']);
});
