// Tests the SDK for .NET in Blazor WebAssembly, in Chromium.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, untilSame } from './setup/browser.js';
import { blazorSite } from './setup/clients/places.js';
import { Hub } from './setup/hub.js';
import { connections } from './setup/sdk.js';
import { until } from './setup/until.js';

const FRAMEWORKS = ['net10.0', 'net8.0'];

let hub;
let browser;
const sites = [];
const pages = new Map();
before(async () => {
  for (const framework of FRAMEWORKS) {
    sites.push(await blazorSite(framework));
  }

  hub = await Hub.start(Object.fromEntries(sites.map(({ origin }, i) => [`SERVER__ALLOWEDORIGINS__${i}`, origin])));
  browser = await launch();
  for (const [i, framework] of FRAMEWORKS.entries()) {
    const page = await browser.newPage();
    pages.set(framework, page);
    await page.goto(sites[i].origin);
    await page.evaluate(() => globalThis.Blazor.start());
  }
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
  await Promise.all(sites.map((site) => site.stop()));
});

const call = (page, name, ...values) => page.evaluate(([method, list]) => globalThis.DotNet.invokeMethodAsync('Longwave.BlazorApp', method, ...list), [name, values]);

async function untilReceived(page, name, expected) {
  const received = [];
  await untilSame(`the events ${expected}`, async () => {
    received.push(...(await call(page, 'Take', name)).data);
    return received;
  }, expected);
}

/** Cancels a subscription; it ends at once. */
async function cancel(page, name) {
  await call(page, 'StopAsync', name);
  assert.equal((await call(page, 'Take', name)).end, 'cancelled');
}

for (const framework of FRAMEWORKS) {
  test(`${framework}: a stream delivers each event at once, and its request ends when it is cancelled`, async () => {
    const page = pages.get(framework);
    await call(page, 'Start', 'stream', hub.url, framework, null, false);
    await until('the stream', async () => (await call(page, 'Take', 'stream')).state === 'Streaming');
    for (const data of ['one', 'two\nlines', 'ünï 🌊']) {
      await hub.publish(framework, data);
      await untilReceived(page, 'stream', [data]);
    }

    assert.equal(await connections(hub), 1);
    await cancel(page, 'stream');
    await until('the end of the stream', async () => (await connections(hub)) === 0);
  });

  test(`${framework}: the publisher and polls work, and polls end when they are cancelled`, async () => {
    const page = pages.get(framework);
    const topic = `${framework}-polls`;
    assert.match(await call(page, 'PublishAsync', hub.url, topic, 'one'), /^[0-9a-f]{8}-\d+$/);
    await call(page, 'Start', 'polls', hub.url, topic, null, true);
    await untilReceived(page, 'polls', ['one']);
    await call(page, 'PublishAsync', hub.url, topic, 'two');
    await untilReceived(page, 'polls', ['two']);
    await cancel(page, 'polls');
  });

  test(`${framework}: a client that waits for its hub can be cancelled`, async () => {
    const page = pages.get(framework);
    await call(page, 'Start', 'waiting', 'http://127.0.0.1:1', 'demo', null, false);
    await until('it waits', async () => (await call(page, 'Take', 'waiting')).state === 'Waiting');
    await cancel(page, 'waiting');
  });
}
