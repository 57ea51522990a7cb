// Tests that the page holds still while the user reads: open events, the pointer, the focus, the filter.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, listen, newPage, shown, untilSame, untilShown } from './setup/browser.js';
import { Hub } from './setup/hub.js';

let hub;
let browser;
before(async () => {
  [hub, browser] = await Promise.all([Hub.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});

async function withPage(topic, work) {
  const { page, troubles } = await newPage(browser, hub);
  await listen(page, hub, topic);
  await fetch(`${hub.url}/v1/events?topic=${topic}&key=k`, { method: 'POST', body: 'first' });
  await hub.publish(topic, 'second', { type: 'tick' });
  await untilShown(page, ['first', 'second']);
  await work(page);
  assert.deepEqual(troubles, []);
  await page.context().close();
}

const line = (page, text) => page.locator('#rows > .row .line').filter({ hasText: text });

const heldWords = (page, words) => page.locator('#held-words').getByText(words).waitFor();

test('while an event is open the rows stay, the details have all attributes, and closing it shows the new rows', () => withPage('read/open', async (page) => {
  const before = await line(page, 'first').boundingBox();
  await line(page, 'first').click();
  await page.getByRole('complementary', { name: /^Event \d+$/ }).waitFor();
  assert.equal(await line(page, 'first').getAttribute('aria-expanded'), 'true');
  await hub.publish('read/open', 'third');
  await page.mouse.move(0, 0);
  await heldWords(page, '1 new event waits: an event is open.');
  assert.deepEqual(await shown(page), ['first', 'second']);
  assert.deepEqual((await line(page, 'first').boundingBox()).y, before.y);
  const facts = await page.locator('#detail dl').innerText();
  assert.match(facts, /Position\s+[0-9a-f]{8}-\d+\s+Time\s+\d{4}-.*Topic\s+read\/open\s+Key\s+k/s);

  // The neighbours are reachable from the details.
  await page.getByRole('button', { name: 'Newer' }).click();
  assert.equal(await page.locator('#detail pre').innerText(), 'second');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await untilShown(page, ['first', 'second', 'third']);
  assert.equal(await page.locator('#detail').isVisible(), false);
}));

test('"Show them" adds the waiting rows while the details stay open, also when the list drops their row', () => withPage('read/pinned', async (page) => {
  await line(page, 'second').click();
  await hub.publishAll('read/pinned', Array.from({ length: 700 }, (_, i) => `${i}`));
  await heldWords(page, '700 new events wait: an event is open.');
  await page.getByRole('button', { name: 'Show them' }).click();
  await untilSame('the newest row', async () => (await shown(page)).at(-1), '699');
  assert.equal(await line(page, 'second').count(), 0);
  assert.equal(await page.locator('#detail pre').innerText(), 'second');
  assert.ok(await page.locator('#rows > li').count() <= 500);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#detail').isVisible(), false);
}));

test('rows wait while the pointer moves over the list, and follow when it leaves', () => withPage('read/pointer', async (page) => {
  const box = await line(page, 'first').boundingBox();
  await page.mouse.move(box.x + 50, box.y + 5);
  await page.mouse.move(box.x + 60, box.y + 6);
  await hub.publish('read/pointer', 'third');
  await heldWords(page, '1 new event waits: the pointer is over the list.');
  assert.deepEqual(await shown(page), ['first', 'second']);
  await page.mouse.move(5, 5);
  await untilShown(page, ['first', 'second', 'third']);
}));

test('rows wait while a row has the focus of the keyboard, and Esc continues', () => withPage('read/focus', async (page) => {
  await page.locator('#clear').focus();
  await page.keyboard.press('Tab');
  await hub.publish('read/focus', 'third');
  await heldWords(page, '1 new event waits: a row has the focus');
  await page.keyboard.press('Escape');
  await untilShown(page, ['first', 'second', 'third']);
}));

test('the filter selects rows by text and by type, old and new ones, and loses none', () => withPage('read/filter', async (page) => {
  const visible = () => page.locator('#rows > .row:not([hidden]) .data').allInnerTexts();
  await page.getByLabel('Filter by text').fill('SEC');
  await untilSame('one row', visible, ['second']);
  assert.equal(await page.locator('#filter-count').innerText(), '1 of 2 events');
  await hub.publish('read/filter', 'seconds', { type: 'tock' });
  await hub.publish('read/filter', 'other');
  await untilSame('two rows', visible, ['seconds', 'second']);
  assert.deepEqual(await page.getByLabel('Filter by type').locator('option').allInnerTexts(), ['all types', 'without a type', 'tick', 'tock']);
  await page.getByLabel('Filter by type').selectOption('tock');
  await untilSame('one row', visible, ['seconds']);

  // Rows that the filter hides are dropped first.
  await hub.publishAll('read/filter', Array.from({ length: 600 }, (_, i) => `${i}`));
  await untilSame('the count', () => page.locator('#event-count').innerText(), '604');
  await untilSame('one row', visible, ['seconds']);
  await page.getByLabel('Filter by text').fill('nothing has this');
  await page.getByText('No event on this page matches the filter.').waitFor();
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await untilSame('the oldest row', async () => (await visible()).at(-1), 'seconds');
}));
