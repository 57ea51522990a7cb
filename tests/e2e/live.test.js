import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isLive, launch, listen, newPage, option, shown, untilSame, untilShown } from './setup/browser.js';
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

async function withPage(work) {
  const { page, troubles } = await newPage(browser, hub);
  await work(page);
  assert.deepEqual(troubles, []);
  await page.context().close();
}

test('a new user publishes with the form and sees the event', () => withPage(async (page) => {
  await page.goto(hub.url);
  await page.getByText('This hub has no events yet').waitFor();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await untilShown(page, ['{"hello": "world"}']);
  assert.match(await page.locator('#publish-answer').innerText(), /^Appended at [0-9a-f]{8}-1$/);
  await option(page, 'demo').and(page.locator('[aria-selected=true]')).waitFor();

  await page.getByLabel('Topic', { exact: true }).fill('*');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.locator('#publish-answer[data-kind=problem]').waitFor();
  assert.match(await page.locator('#publish-answer').innerText(), /topic.*all topics/);
}));

test('a new topic appears in the list, and its events arrive with all attributes', () => withPage(async (page) => {
  await page.goto(hub.url);
  await hub.publish('prices/AAPL', 'before a client listens');
  await option(page, 'prices/AAPL').click();
  await isLive(page);
  const id = await hub.publish('prices/AAPL', '{"price":12345678901234567890,"list":[],"a":{"b":[1,2]}}', { type: 'tick', contentType: 'application/json' });
  await untilShown(page, ['{"price":12345678901234567890,"list":[],"a":{"b":[1,2]}}']);

  const row = page.locator('#rows > .row').first();
  assert.equal(await row.locator('.topic').innerText(), 'prices/AAPL');
  assert.equal(await row.locator('.type').innerText(), 'tick');
  assert.equal(await row.locator('.position').getAttribute('title'), id);
  assert.match(await row.locator('time').getAttribute('datetime'), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  await row.locator('.line').click();
  assert.equal(await page.locator('#detail pre').innerText(), [
    '{', '  "price": 12345678901234567890,', '  "list": [],', '  "a": {', '    "b": [', '      1,', '      2', '    ]', '  }', '}',
  ].join('\n'));
  await page.getByRole('button', { name: 'As sent' }).click();
  assert.equal(await page.locator('#detail pre').innerText(), '{"price":12345678901234567890,"list":[],"a":{"b":[1,2]}}');
}));

test('several topics, a template, and all topics', () => withPage(async (page) => {
  await hub.publish('several/a', '0');
  await page.goto(hub.url);
  await option(page, 'several/a').click();
  await isLive(page);
  await page.getByLabel('Find a topic, or type a selector').fill('several/{rest}');
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
  await page.locator('#chips').getByText('several/{rest}').waitFor();
  await isLive(page);
  await hub.publish('several/b', '1');
  await hub.publish('elsewhere', '-');
  await hub.publish('several/a', '2');
  await untilShown(page, ['1', '2']);

  await page.getByRole('button', { name: 'Unsubscribe from several/{rest}' }).click();
  await isLive(page);
  await hub.publish('several/b', '-');
  await hub.publish('several/a', '3');
  await untilShown(page, ['1', '2', '3']);

  await option(page, '*').click();
  await isLive(page);
  await hub.publish('elsewhere', '4');
  await untilShown(page, ['1', '2', '3', '4']);
  assert.deepEqual(await page.locator('#chips bdi').allInnerTexts(), ['all topics']);
  assert.equal(new URL(page.url()).search, '?topic=*');
}));

test('the list can be filtered', () => withPage(async (page) => {
  await hub.publish('filter/one', '');
  await hub.publish('filter/two', '');
  await page.goto(hub.url);
  await option(page, 'filter/one').waitFor();
  await page.getByLabel('Find a topic, or type a selector').fill('FILTER/T');
  await untilSame('one option', () => page.locator('#topic-list [role=option]').evaluateAll((all) => all.map((one) => one.dataset.selector)), ['filter/two']);
}));

test('the view can be paused, resumed and cleared, and nothing is lost meanwhile', () => withPage(async (page) => {
  await listen(page, hub, 'pause');
  await hub.publish('pause', '1');
  await untilShown(page, ['1']);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await hub.publish('pause', '2');
  await hub.publish('pause', '3');
  await page.getByText('2 new events').waitFor();
  assert.deepEqual(await shown(page), ['1']);
  await page.getByRole('button', { name: 'Show them' }).click();
  await untilShown(page, ['1', '2', '3']);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await hub.publish('pause', '4');
  await untilShown(page, ['4']);
}));

test('all stored events can be shown; the page keeps the newest 500', () => withPage(async (page) => {
  await hub.publishAll('many', Array.from({ length: 1200 }, (_, i) => `line ${i}`));
  await listen(page, hub, 'many');
  await page.getByRole('button', { name: 'Show 1,200 stored events' }).click();
  await untilSame('the count', () => page.locator('#event-count').innerText(), '1,200');
  await page.locator('#foot').waitFor();
  const rows = await shown(page);
  assert.ok(rows.length >= 499 && await page.locator('#rows > li').count() <= 500);
  assert.deepEqual(rows, Array.from({ length: rows.length }, (_, i) => `line ${1200 - rows.length + i}`));
  assert.equal(await page.locator('#since').inputValue(), 'earliest');
  assert.equal(new URL(page.url()).search, '?topic=many&since=earliest');
}));

test('a rejected subscription shows the reason of the hub and can be retried', () => withPage(async (page) => {
  await page.goto(`${hub.url}/?topic=${encodeURIComponent('broken/{')}`);
  await page.locator('#state[data-state=refused]').waitFor();
  assert.match(await page.locator('#state-words').innerText(), /^Rejected\. The template has a '\{' without '\}'/);
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.getByRole('heading', { name: 'The hub rejected the request' }).waitFor();
}));

test('the rate of the last minute is drawn and announced', () => withPage(async (page) => {
  await listen(page, hub, 'rate');
  await hub.publishAll('rate', Array.from({ length: 300 }, (_, i) => `${i}`));
  await page.locator('#spark[aria-label*="at most "]:not([aria-label*="at most 0"])').waitFor();
  assert.match(await page.locator('#spark-line').getAttribute('d'), /^M0\.0 /);
}));

test('more topics than one response contains: the first are listed, the others are found by name', async () => {
  const full = await Hub.start();
  const { page, troubles } = await newPage(browser, full);
  const events = Array.from({ length: 2500 }, (_, i) => JSON.stringify({
    specversion: '1.0', id: `${i}`, source: '/e2e', type: 'line', topic: `many/${String(i).padStart(4, '0')}`,
  }));
  await fetch(`${full.url}/v1/events`, { method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: events.join('\n') });
  await page.goto(full.url);
  await page.getByText('Showing the first 1,000').waitFor();
  assert.equal(await page.locator('#topics-total').innerText(), '2,500');
  await page.getByLabel('Find a topic, or type a selector').fill('many/234');
  await untilSame('ten options', () => page.locator('#topic-list [role=option]').count(), 10);
  await page.getByLabel('Find a topic, or type a selector').fill('many/2345');
  await untilSame('one option', () => page.locator('#topic-list .name').allInnerTexts(), ['many/2345']);
  await option(page, 'many/2345').click();
  await isLive(page);
  await page.getByRole('button', { name: 'Show 1 stored event' }).waitFor();
  assert.deepEqual(troubles, []);
  await page.context().close();
  await full.dispose();
});
