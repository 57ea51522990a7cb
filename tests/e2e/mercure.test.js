// Tests unmodified Mercure clients: npm's eventsource and fetch-event-source, a browser with a cookie, curl.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { EventSource } from 'eventsource';
import { launch, untilSame } from './setup/browser.js';
import { Hub } from './setup/hub.js';
import { until } from './setup/until.js';

const KEY = 'a secret of more than 32 bytes, as it must be';
const TOPIC = 'https://example.com/books/1';
const TEMPLATE = 'https://example.com/books/{id}';

let hub;
let address;
let browser;
let app;
before(async () => {
  process.env.MERCURE_JWT_KEY = KEY;
  app = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<title>an app</title>')).listen(0, '127.0.0.1');
  await once(app, 'listening');
  hub = await Hub.start({
    MERCURE__PUBLISHER__KEYS__0__VARIABLE: 'MERCURE_JWT_KEY',
    MERCURE__SUBSCRIBER__KEYS__0__VARIABLE: 'MERCURE_JWT_KEY',
    MERCURE__ANONYMOUS: 'true',
    SERVER__ALLOWEDORIGINS__0: origin(),
    MERCURE__PUBLISHORIGINS__0: origin(),
  });
  address = `${hub.url}/.well-known/mercure`;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
  app?.close();
});

const origin = () => `http://127.0.0.1:${app.address().port}`;

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(claims, typ = 'JWT') {
  const signed = `${encode({ alg: 'HS256', typ })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', KEY).update(signed).digest('base64url')}`;
}

const token = (subscribe, publish = ['*']) => sign({ mercure: { subscribe, publish } });

const accessToken = (action, match) => sign({
  aud: address,
  exp: Math.floor(Date.now() / 1000) + 600,
  authorization_details: [{ type: 'https://mercure.rocks/authorization-detail', actions: [action], topics: [{ match, match_type: match.includes('/:') ? 'urlpattern' : 'exact' }] }],
}, 'at+jwt');

/** Publishes with curl, as the guides of the protocol do; returns the id. */
async function publish(fields, jwt = token([])) {
  const data = Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
  const { stdout } = await promisify(execFile)('curl', ['--fail-with-body', '--silent', '--show-error', '-H', `Authorization: Bearer ${jwt}`, ...data, address]);
  return stdout;
}

const url = (fields) => `${address}?${new URLSearchParams(fields)}`;

const withToken = (jwt) => (input, init) => fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${jwt}` } });

test('npm eventsource gets public and private updates and resumes after the id of the publisher', async () => {
  const heard = [];
  const source = new EventSource(url({ topic: TEMPLATE }), { fetch: withToken(token([TEMPLATE])) });
  source.onmessage = (event) => heard.push([event.lastEventId, event.data]);
  source.addEventListener('changed', (event) => heard.push(['changed', event.data]));
  await new Promise((resolve) => {
    source.onopen = resolve;
  });
  const id = `urn:uuid:${randomUUID()}`;
  assert.equal(await publish({ topic: TOPIC, data: 'one\ntwo', id }), id);
  await publish({ topic: TOPIC, data: 'secret', private: 'on', type: 'changed' });
  await untilSame('both updates', () => heard, [[id, 'one\ntwo'], ['changed', 'secret']]);
  source.close();

  const again = [];
  const resumed = new EventSource(url({ topic: TEMPLATE, lastEventID: id }), { fetch: withToken(token([TEMPLATE])) });
  resumed.addEventListener('changed', (event) => again.push(event.data));
  await untilSame('the one that was missed', () => again, ['secret']);
  resumed.close();
});

test('npm eventsource reconnects automatically after a restart of the hub', async () => {
  const heard = [];
  const source = new EventSource(url({ match: 'across' }), { fetch: withToken(accessToken('subscribe', 'across')) });
  source.onmessage = (event) => heard.push(event.data);
  await new Promise((resolve) => {
    source.onopen = resolve;
  });
  const jwt = accessToken('publish', 'across');
  await publish({ topic: 'across', data: 'before', id: 'urn:across:1', private: '' }, jwt);
  await untilSame('the first', () => heard, ['before']);
  await hub.stop('SIGKILL');
  await hub.run();
  await publish({ topic: 'across', data: 'after', private: '' }, jwt);
  await untilSame('the second', () => heard, ['before', 'after']);
  source.close();
});

test('fetch-event-source subscribes with QUERY and a token, and gets a reset for an unknown id', async () => {
  // The only browser globals that the library needs.
  globalThis.window ??= globalThis;
  globalThis.document ??= { hidden: false, addEventListener() {}, removeEventListener() {} };
  const { fetchEventSource } = await import('@microsoft/fetch-event-source');
  const heard = [];
  const headers = [];
  const end = new AbortController();
  const running = fetchEventSource(address, {
    method: 'QUERY',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Bearer ${accessToken('subscribe', 'https://example.com/films/:id')}` },
    body: new URLSearchParams({ match_urlpattern: 'https://example.com/films/:id', last_event_id: 'urn:unknown' }).toString(),
    signal: end.signal,
    async onopen(response) {
      headers.push(response.status, response.headers.get('Mercure-Last-Event-ID'));
    },
    onmessage: (message) => heard.push([message.event, message.id, message.data]),
  });
  await until('the notice', async () => heard.length > 0);
  assert.deepEqual(headers, [200, 'earliest']);
  assert.equal(heard[0][0], 'longwave.reset');
  await publish({ topic: 'https://example.com/films/1', data: 'secret', id: 'urn:film:1', private: '' }, accessToken('publish', 'https://example.com/films/:id'));
  await untilSame('the update', () => heard.slice(1), [['', 'urn:film:1', 'secret']]);
  end.abort();
  await running;
});

test('a browser subscribes and publishes from another origin with a cookie', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin());
  const listen = (topic) => page.evaluate((target) => {
    window.received = [];
    window.source = new EventSource(target, { withCredentials: true });
    window.source.onmessage = (event) => window.received.push([event.lastEventId, event.data]);
    return new Promise((resolve) => {
      [window.source.onopen, window.source.onerror] = [() => resolve('open'), () => resolve('error')];
    });
  }, url({ topic }));
  await context.addCookies([{ name: 'mercureAuthorization', value: token(['cookie/{id}'], ['cookie/{id}']), url: hub.url, httpOnly: true, sameSite: 'Strict' }]);
  assert.equal(await listen('cookie/{id}'), 'open');
  const [status, id, link] = await page.evaluate(async (target) => {
    const body = new URLSearchParams({ topic: 'cookie/1', data: 'by the page', private: 'on' });
    const response = await fetch(target, { method: 'POST', credentials: 'include', body });
    const text = await response.text();
    const stream = await fetch(`${target}?topic=x&lastEventID=${encodeURIComponent(text)}`, { credentials: 'include' });
    await stream.body.cancel();
    return [response.status, text, stream.headers.get('Last-Event-ID')];
  }, address);
  assert.deepEqual([status, link], [200, id]);
  await untilSame('its own update', () => page.evaluate(() => window.received), [[id, 'by the page']]);

  await context.addCookies([{ name: 'mercureAuthorization', value: `${token(['cookie/{id}'])}x`, url: hub.url, httpOnly: true, sameSite: 'Strict' }]);
  assert.equal(await listen('cookie/{id}'), 'error');
  await context.close();
});

test('curl subscribes as the guides describe', async () => {
  const running = promisify(execFile)('curl', ['--silent', '--no-buffer', '--max-time', '3', '-H', `Authorization: Bearer ${token(['curl'])}`, url({ topic: 'curl', lastEventID: 'earliest' })]).catch((error) => error);
  await publish({ topic: 'curl', data: 'hello', id: 'urn:curl', private: 'on', retry: '2500' });
  const { stdout } = await running;
  assert.ok(stdout.includes('id: urn:curl\nretry: 2500\ndata: hello\n\n'), stdout);
});
