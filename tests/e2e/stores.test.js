// Tests position stores in a real browser.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './setup/browser.js';
import { Hub } from './setup/hub.js';
import { newTab } from './setup/sdk.js';

let hub;
let browser;
let context;
before(async () => {
  hub = await Hub.start();
  browser = await launch();
  context = await browser.newContext({ bypassCSP: true });
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});

/** Reads a number of events in a new page, and closes the page while it processes the last one. */
async function life(store, count) {
  const tab = await newTab(context, hub);
  const heard = await tab.evaluate(async ([kind, most]) => {
    const { indexedDbStore, subscribe, webStore } = window.sdk;
    const kept = kind === 'indexedDB' ? indexedDbStore('orders') : webStore('orders');
    const datas = [];
    for await (const { data } of subscribe('/v1/events', { topics: kind, since: 'earliest', store: kept })) {
      datas.push(data);
      if (datas.length === most) {
        break;
      }
    }

    return datas;
  }, [store, count]);
  await tab.close();
  return heard;
}

for (const store of ['indexedDB', 'localStorage']) {
  test(`${store}: a page that is opened again goes on with what it had not finished`, async () => {
    await hub.publishAll(store, ['1', '2', '3', '4', '5']);
    assert.deepEqual(await life(store, 3), ['1', '2', '3']);
    assert.deepEqual(await life(store, 2), ['3', '4']);
    assert.deepEqual(await life(store, 2), ['4', '5']);
  });
}

test('indexedDB: a worker resumes at the position of the page', async () => {
  const tab = await newTab(context, hub);
  const heard = await tab.evaluate(async () => {
    const code = `
      import { indexedDbStore, subscribe } from '${location.origin}/page/longwave.js';
      const datas = [];
      for await (const { data } of subscribe('${location.origin}/v1/events', { topics: 'indexedDB', since: 'earliest', store: indexedDbStore('orders') })) {
        datas.push(data);
        break;
      }

      postMessage(datas);`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  });
  assert.deepEqual(heard, ['5']);
});
