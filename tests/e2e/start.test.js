// Tests clients that implement EventSource on a topic without events: what is published while they are away arrives when they return.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventSource } from 'eventsource';
import { launch, untilSame } from './setup/browser.js';
import { Firefox } from './setup/firefox.js';
import { Hub } from './setup/hub.js';
import { Relay } from './setup/relay.js';
import { until } from './setup/until.js';

let hub;
let relay;
before(async () => {
  hub = await Hub.start({ ENGINE__DRAINWINDOW: '00:00:00', ENGINE__RESTARTTIME: '00:00:00', ENGINE__RETRYMIN: '00:00:00.050', ENGINE__RETRYMAX: '00:00:00.100' });
  relay = await Relay.start(hub);
});
after(async () => {
  await relay?.cut();
  await hub?.dispose();
});

/** Cuts a stream before its first event. The event of the meantime must arrive, and no other message. */
async function cutBeforeTheFirstEvent(topic, received, state) {
  await until('the stream is open', async () => (await state()) === 1);
  await relay.cut();
  await hub.publish(topic, 'after a cut');
  await relay.restore();
  await untilSame('the event of the cut', received, ['after a cut']);
  assert.equal(await state(), 1);
}

async function drainBeforeTheFirstEvent(topic, received, state) {
  await until('the stream is open', async () => (await state()) === 1);
  await hub.stop('SIGTERM');
  await relay.cut();
  await hub.run();
  await hub.publish(topic, 'after a drain');
  await relay.restore();
  await untilSame('the event of the drain', received, ['after a drain']);
}

/** Opens the streams of a page; every message counts, also an empty one. */
const script = (urls) => `(${(addresses) => {
  window.streams = addresses.map((address) => {
    const stream = { source: new EventSource(address), received: [] };
    stream.source.onmessage = (event) => stream.received.push(event.data);
    return stream;
  });
  window.report = () => JSON.stringify(window.streams.map(({ source, received }) => ({ state: source.readyState, received })));
  return true;
}})(${JSON.stringify(urls)})`;

const reader = (page, index) => {
  const report = async () => JSON.parse(await page.evaluate('window.report()'))[index];
  return [async () => (await report()).received, async () => (await report()).state];
};

async function testPage(page, name) {
  for (const [way, run] of [['cut', cutBeforeTheFirstEvent], ['drain', drainBeforeTheFirstEvent]]) {
    for (const [path, query] of [['v1/events', 'topic'], ['.well-known/mercure', 'topic']]) {
      const topic = `${name}-${way}-${path.length}`;
      await page.goto(relay.url);
      await page.evaluate(script([`${relay.url}/${path}?${query}=${topic}`]));
      await run(topic, ...reader(page, 0));
    }
  }
}

test('EventSource of Chromium on an idle topic misses nothing while it is away', async () => {
  const browser = await launch();
  try {
    await testPage(await (await browser.newContext()).newPage(), 'chromium');
  } finally {
    await browser.close();
  }
});

test('EventSource of Firefox on an idle topic misses nothing while it is away', async () => {
  const firefox = await Firefox.launch();
  try {
    await testPage(firefox, 'firefox');
  } finally {
    await firefox.close();
  }
});

test('npm eventsource on an idle topic misses nothing while it is away', async () => {
  for (const [way, run] of [['cut', cutBeforeTheFirstEvent], ['drain', drainBeforeTheFirstEvent]]) {
    const received = [];
    const source = new EventSource(`${relay.url}/v1/events?topic=npm-${way}`);
    source.onmessage = (event) => received.push(event.data);
    try {
      await run(`npm-${way}`, async () => received, async () => source.readyState);
    } finally {
      source.close();
    }
  }
});

test('fetch-event-source receives no message that was not published', async () => {
  // The only browser globals that the library needs.
  globalThis.window ??= globalThis;
  globalThis.document ??= { hidden: false, addEventListener() {}, removeEventListener() {} };
  const { fetchEventSource } = await import('@microsoft/fetch-event-source');
  const received = [];
  const end = new AbortController();
  const opened = new Promise((resolve) => {
    void fetchEventSource(`${hub.url}/v1/events?topic=fetched`, { signal: end.signal, onopen: async () => resolve(), onmessage: ({ event, data }) => received.push([event, data]) });
  });
  await opened;
  await hub.publish('fetched', 'one');
  await untilSame('the event', async () => received, [['', 'one']]);
  end.abort();
});
