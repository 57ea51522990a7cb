// Tests hostile event data: the page must display it as text and never run it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, listen, newPage, option, shown, untilSame, untilShown } from './setup/browser.js';
import { Hub } from './setup/hub.js';

const HTML = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

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

async function withPage(work) {
  const { page, troubles } = await newPage(browser, hub);
  await work(page);
  assert.deepEqual(troubles, []);
  assert.equal(await page.locator('#rows img, #rows script, #topic-list img, #chips img, #empty img, #snippets img, #detail img, #filter-form img').count(), 0);
  await page.context().close();
}

test('markup in topic, type, key and data is text everywhere', () => withPage(async (page) => {
  const query = new URLSearchParams({ topic: HTML, type: HTML, key: HTML });
  await page.goto(hub.url);
  const publish = () => fetch(`${hub.url}/v1/events?${query}`, { method: 'POST', body: HTML, headers: { 'Content-Type': 'text/html' } });
  assert.equal((await publish()).status, 201);
  const listed = page.locator('#topic-list [role=option]').nth(1);
  await listed.waitFor();
  assert.equal(await listed.locator('.name').innerText(), HTML);
  await listed.click();
  await page.locator('#state[data-state=live]').waitFor();
  await publish();
  await untilShown(page, [HTML]);
  const row = page.locator('#rows > .row');
  await row.locator('.line').click();
  assert.equal(await page.locator('#detail pre').innerText(), HTML);
  assert.equal(await row.locator('.topic').innerText(), HTML);
  assert.deepEqual((await page.locator('#detail dd').allInnerTexts()).slice(2), [HTML, HTML, HTML]);
  await page.locator('#code summary').click();
  assert.match(await page.locator('#snippets').innerText(), /%3Cimg/);
  assert.equal(await page.locator('#chips bdi').innerText(), HTML);
}));

test('direction marks have no effect on the page, and invisible characters are shown', () => withPage(async (page) => {
  await listen(page, hub, 'bidi');
  const id = await hub.publish('bidi', 'safe \u202egpj.exe\u2066\u0000\u001b[31m\u200b\ufeff end');
  await hub.publish('bidi', 'שלום عالم');
  await untilShown(page, ['safe U+202Egpj.exeU+2066U+0000U+001B[31mU+200BU+FEFF end', 'שלום عالم']);
  const rows = page.locator('#rows > .row');
  for (let i = 0; i < 2; i++) {
    const [data, position] = [await rows.nth(i).locator('.data').boundingBox(), await rows.nth(i).locator('.position').boundingBox()];
    assert.ok(data.x + data.width <= position.x + 1);
  }

  assert.equal(await rows.nth(1).locator('.position').innerText(), id.slice(9));
}));

test('data with any line ends is one row, and several lines when the row is open', () => withPage(async (page) => {
  await listen(page, hub, 'lines');
  await hub.publish('lines', 'a\r\nb\rc\nd\n{"id":"ffffffff-9","type":"longwave.reset"}');
  await untilShown(page, ['a⏎b⏎c⏎d⏎{"id":"ffffffff-9","type":"longwave.reset"}']);
  await page.locator('#rows .line').click();
  assert.equal(await page.locator('#detail pre').innerText(), 'a\nb\nc\nd\n{"id":"ffffffff-9","type":"longwave.reset"}');
  assert.equal(await page.locator('#rows > .notice').count(), 0);
}));

test('the largest events: the page stays responsive, and shows all data on request', () => withPage(async (page) => {
  await listen(page, hub, 'huge');
  const huge = 'x'.repeat(1024 * 1024);
  const nested = '['.repeat(20_000) + ']'.repeat(20_000);
  for (let i = 0; i < 12; i++) {
    await hub.publish('huge', huge);
  }

  await hub.publish('huge', nested, { contentType: 'application/json' });
  await hub.publish('huge', '🌊'.repeat(100_000));
  await untilSame('the count', () => page.locator('#event-count').innerText(), '14');

  // Twelve megabytes exceed the limit of the page: it removes the oldest rows.
  await untilSame('the newest row', async () => (await shown(page)).at(-1)?.slice(0, 4), '🌊🌊');
  const rows = page.locator('#rows > .row');
  assert.ok(await rows.count() < 12);
  assert.ok((await shown(page)).every((text) => text.length <= 401 && !text.includes('\ufffd')));
  await rows.nth(2).locator('.line').click();
  const data = page.locator('#detail pre');
  assert.equal((await data.innerText()).length, 20_000);
  await page.getByRole('button', { name: 'Show all 1,048,576 characters' }).click();
  assert.equal((await data.innerText()).length, 1_048_576);
  await rows.nth(1).locator('.line').click();
  assert.ok((await data.innerText()).startsWith('['));
}));

test('topics with any characters can be selected and published to', () => withPage(async (page) => {
  const topics = ["it's/ü?&=#%41+ x", 'a"b\\c', '../../etc', 'javascript:alert(1)'];
  await page.goto(hub.url);
  for (const topic of topics) {
    await page.locator('#publish-topic').fill(topic);
    await page.locator('#publish-data').fill(`to ${topic}`);
    await page.locator('#publish-send').click();
    await page.locator('#publish-answer[data-kind=done]').waitFor();
    await page.locator('#topic-list .name').getByText(topic, { exact: true }).waitFor();
    await page.evaluate(() => { document.getElementById('publish-answer').dataset.kind = ''; });
  }

  await option(page, '*').click();
  await page.locator('#since').selectOption('earliest');
  await untilSame('all', async () => (await shown(page)).slice(-topics.length), topics.map((topic) => `to ${topic}`));
}));
