// Tests line ends, NUL and byte order marks in every field: Chromium's parser must read each event as exactly one event.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, newPage, untilSame } from './setup/browser.js';
import { Hub } from './setup/hub.js';

const CASES = 5_000;
const PIECES = [
  '\r', '\n', '\r\n', '\n\n', '\r\r', '\n\r', '\0', '\ufeff', '\u2028', '\u2029', '\u0085', '\v', '\f', '\u001b', '\u007f', ':', ' ', '', 'id: evil', 'event: evil', 'data: evil',
  'retry: 1', '\ndata: evil\n\n', '\r\revent: evil\rdata: evil\r\r', ': comment', 'id:\0', 'data', '"', '\\', '\\n', 'é', '京', '😀', '{', '}', 'longwave.reset', '</script>',
];
const VISIBLE = PIECES.filter((piece) => !/\p{Cc}/u.test(piece));

let hub;
let browser;
let seed = 4711;
before(async () => {
  hub = await Hub.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});

/** Generates the same cases in each run (a linear congruential generator, Numerical Recipes). */
function below(bound) {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * bound);
}

const text = (pieces) => Array.from({ length: below(6) }, () => pieces[below(pieces.length)]).join('');

test(`${CASES} hostile events arrive in an EventSource as they were, each as one event`, async () => {
  const events = Array.from({ length: CASES }, (_, i) => ({
    specversion: '1.0', id: `${i}${text(VISIBLE)}`, source: `/s${text(VISIBLE)}`, subject: `s${text(VISIBLE)}`, type: `t${i % 8}${i % 8 === 0 ? '' : VISIBLE[i % VISIBLE.length]}`,
    topic: 'escape', key: `k${text(VISIBLE)}`, datacontenttype: 'text/plain', data: text(PIECES),
  }));
  for (let i = 0; i < CASES; i += 1_000) {
    const body = JSON.stringify(events.slice(i, i + 1_000));
    const response = await fetch(`${hub.url}/v1/events`, { method: 'POST', headers: { 'Content-Type': 'application/cloudevents-batch+json' }, body });
    assert.equal(response.status, 201, await response.text());
  }

  const { page, troubles } = await newPage(browser, hub);
  await page.goto(hub.url);
  await page.evaluate((types) => {
    window.received = [];
    const source = new EventSource('v1/events?topic=escape&since=earliest');
    const take = (event) => window.received.push([event.type, event.data, event.lastEventId.split('-')[1]]);
    ['message', 'evil', ...types].forEach((type) => source.addEventListener(type, take));
  }, [...new Set(events.map((event) => event.type))]);
  await untilSame('all events', () => page.evaluate(() => window.received.length), CASES);
  const received = await page.evaluate(() => window.received);
  events.forEach((event, i) => assert.deepEqual(received[i], [event.type, event.data.replaceAll(/\r\n?/g, '\n'), `${i + 1}`]));
  assert.deepEqual(troubles, []);
  await page.context().close();
});
