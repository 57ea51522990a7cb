// Tests pages of other origins in a real browser: listed origins have full access, all others have none.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { launch } from './setup/browser.js';
import { Hub } from './setup/hub.js';

let hub;
let browser;
let listed;
let foreign;
before(async () => {
  [listed, foreign] = [await serve(), await serve()];
  hub = await Hub.start({ SERVER__ALLOWEDORIGINS__0: origin(listed) });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
  listed?.close();
  foreign?.close();
});

async function serve() {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<title>a page</title>')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const origin = (server) => `http://127.0.0.1:${server.address().port}`;

/** Returns what a page of that origin can read. */
async function from(server, work, url = hub.url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin(server));
  const result = await page.evaluate(work, url);
  await context.close();
  return result;
}

const publish = (url) => fetch(`${url}/v1/events?topic=cors`, { method: 'POST', body: 'x', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `${Math.random()}` } })
  .then((response) => response.status, () => 'refused');

/** A publish without preflight, so that it reaches the hub. The browser hides every response from the page. */
const simplePublish = (url) => fetch(`${url}/v1/events?topic=cors-simple`, { method: 'POST', body: 'x', mode: 'no-cors' }).then(() => null, () => null);

const listen = (url) => new Promise((resolve) => {
  const source = new EventSource(`${url}/v1/events?topic=cors&since=earliest`, { withCredentials: true });
  source.onmessage = (event) => resolve(event.data);
  source.onerror = () => source.readyState === EventSource.CLOSED && resolve('refused');
});

test('a page of a listed origin publishes (with a preflight), subscribes, and reads the exposed headers', async () => {
  assert.equal(await from(listed, publish), 201);
  assert.equal(await from(listed, listen), 'x');
  const exposed = await from(listed, (url) => fetch(`${url}/v1/topics`, { method: 'POST' }).then((response) => response.headers.get('Allow')));
  assert.equal(exposed, 'GET, HEAD, DELETE, OPTIONS');
});

test('a page of another origin can neither publish, nor subscribe, nor hold a stream open as an image', async () => {
  assert.equal(await from(foreign, publish), 'refused');
  await from(foreign, simplePublish);
  assert.equal(await from(foreign, listen), 'refused');
  await from(foreign, (url) => new Promise((resolve) => {
    const image = new Image();
    image.onerror = resolve;
    image.src = `${url}/v1/events?topic=cors`;
  }));
  const { connections } = await (await fetch(`${hub.url}/readyz`)).json();
  assert.equal(connections, 0);
  const topics = await (await fetch(`${hub.url}/v1/topics`)).text();
  assert.match(topics, /"cors"/);
  assert.doesNotMatch(topics, /cors-simple/);
});

test('a page whose host name resolves to the hub (DNS rebinding) is rejected', async () => {
  const rebound = await launch([`--host-resolver-rules=MAP evil.example 127.0.0.1:${hub.port}`]);
  const page = await rebound.newPage();
  const response = await page.goto('http://evil.example/');
  assert.equal(response.status(), 421);
  assert.equal((await response.json()).type, 'https://longwave.dev/problems/foreign-host');
  await rebound.close();
});
