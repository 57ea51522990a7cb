// Tests that EventSource stops for good when its topic is complete: the stream ends, and the reconnect gets 204.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventSource } from 'eventsource';
import { launch } from './setup/browser.js';
import { Firefox } from './setup/firefox.js';
import { Hub } from './setup/hub.js';
import { until } from './setup/until.js';

let hub;
before(async () => {
  hub = await Hub.start({ ENGINE__RETRYMIN: '00:00:00.050', ENGINE__RETRYMAX: '00:00:00.100' });
});
after(() => hub?.dispose());

const OPEN = 1;
const CLOSED = 2;
const EXPECTED = ['a', '{"topic":"TOPIC"}', '{"reason":"complete"}'];

/** Opens a stream of a page and keeps what it receives. */
const script = (url) => `(${(address) => {
  const source = new EventSource(address);
  const received = [];
  ['message', 'longwave.complete', 'longwave.closed'].forEach((type) => source.addEventListener(type, (event) => received.push(event.data)));
  window.report = () => JSON.stringify({ state: source.readyState, received });
  return true;
}})(${JSON.stringify(url)})`;

/** Publishes an event and the completion; the client must receive both and close. */
async function completeWhile(topic, report) {
  await until('the stream is open', async () => (await report()).state === OPEN);
  await hub.publish(topic, 'a');
  const completed = await fetch(`${hub.url}/v1/events?topic=${topic}&complete=true`, { method: 'POST' });
  assert.equal(completed.status, 201);
  await until('EventSource is closed', async () => (await report()).state === CLOSED);
  assert.deepEqual((await report()).received, EXPECTED.map((data) => data.replace('TOPIC', topic)));
}

async function testPage(page, topic) {
  await page.goto(hub.url);
  for (const path of ['v1/events', '.well-known/mercure']) {
    await page.evaluate(script(`${hub.url}/${path}?topic=${topic}-${path.length}`));
    await completeWhile(`${topic}-${path.length}`, async () => JSON.parse(await page.evaluate('window.report()')));
  }
}

test('EventSource of Chromium closes when its topic is complete', async () => {
  const browser = await launch();
  try {
    await testPage(await (await browser.newContext()).newPage(), 'chromium');
  } finally {
    await browser.close();
  }
});

test('EventSource of Firefox closes when its topic is complete', async () => {
  const firefox = await Firefox.launch();
  try {
    await testPage(firefox, 'firefox');
  } finally {
    await firefox.close();
  }
});

test('npm eventsource closes when its topic is complete', async () => {
  const received = [];
  const source = new EventSource(`${hub.url}/v1/events?topic=npm`);
  ['message', 'longwave.complete', 'longwave.closed'].forEach((type) => source.addEventListener(type, (event) => received.push(event.data)));
  try {
    await completeWhile('npm', async () => ({ state: source.readyState, received }));
  } finally {
    source.close();
  }
});
