// Tests the browser's own `new EventSource(url)`, from a page of the hub's origin.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, newPage, untilSame } from './setup/browser.js';
import { Hub } from './setup/hub.js';

let hub;
let browser;
before(async () => {
  hub = await Hub.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});

async function openSource(page, query, types = []) {
  await page.goto(hub.url);
  await page.evaluate(([address, names]) => {
    window.received = [];
    window.source = new EventSource(address);
    const take = (event) => window.received.push({ type: event.type, data: event.data, id: event.lastEventId });
    ['message', ...names].forEach((name) => window.source.addEventListener(name, take));
    return new Promise((resolve) => {
      window.source.onopen = resolve;
    });
  }, [`v1/events?${query}`, types]);
}

const received = (page) => page.evaluate(() => window.received);

test('EventSource gets events, types, line ends of every kind and the positions', async () => {
  const { page, troubles } = await newPage(browser, hub);
  await openSource(page, 'topic=lines', ['log.line']);
  const expected = [];
  for (const [data, heard, type] of [
    ['one', 'one'], ['a\nb\n\nc', 'a\nb\n\nc'], ['a\r\nb\rc', 'a\nb\nc'], ['', ''], [' leading', ' leading'], ['data: x\nid: 9\nretry: 1', 'data: x\nid: 9\nretry: 1'],
    [': no comment', ': no comment'], ['typed', 'typed', 'log.line'], ['ends\n', 'ends\n'], ['ünï 🌊', 'ünï 🌊'],
  ]) {
    const id = await hub.publish('lines', data, { type });
    expected.push({ type: type ?? 'message', data: heard, id });
  }

  await untilSame('all events', () => received(page), expected);
  assert.deepEqual(troubles, []);
  await page.context().close();
});

test('EventSource resumes automatically after a hub is killed: every event once, in order', async () => {
  const { page } = await newPage(browser, hub);
  await openSource(page, 'topic=again');
  await hub.publish('again', 'line 1\nof one');
  await untilSame('the first event', async () => (await received(page)).map((event) => event.data), ['line 1\nof one']);
  await hub.stop('SIGKILL');
  await hub.run();
  await hub.publish('again', 'while it was away');
  await hub.publish('again', 'and\r\nanother');
  await untilSame('the events after the restart', async () => (await received(page)).map((event) => event.data), [
    'line 1\nof one', 'while it was away', 'and\nanother',
  ]);
  assert.equal(await page.evaluate(() => window.source.readyState), 1);
  await page.context().close();
});

test('EventSource with an invalid position gets a reset, stays open, and misses nothing after a restart', async () => {
  const first = await hub.publish('other', 'before the stream');
  const { page } = await newPage(browser, hub);
  await openSource(page, 'topic=reset&last_event_id=00000000-7', ['longwave.reset']);
  await untilSame('the reset', async () => (await received(page)).map((event) => [event.type, event.id]), [['longwave.reset', first]]);

  // No event has arrived yet: the position of the reset is all that the browser can send.
  await hub.stop('SIGKILL');
  await hub.run();
  await hub.publish('reset', 'next');
  await untilSame('the next event', async () => (await received(page)).at(-1).data, 'next');
  await page.context().close();
});
