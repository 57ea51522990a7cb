// Tests that the page is usable without a mouse.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isLive, launch, newPage, shown, untilSame, untilShown } from './setup/browser.js';
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

const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  return at.id || at.dataset.selector || at.localName;
});

test('pick topics, publish, pause and open a row with keys alone', async () => {
  await hub.publish('keys/a', 'old');
  await hub.publish('keys/b', 'old');
  const { page, troubles } = await newPage(browser, hub);
  await page.goto(hub.url);
  await page.locator('#topic-list [data-selector="keys/b"]').waitFor();
  const press = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };

  await press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the events');
  await press('Tab', 'Tab');
  assert.equal(await focused(page), 'find-text');

  // Move down into the list; it is a single tab stop for any number of topics.
  await press('ArrowDown', 'ArrowDown');
  assert.equal(await focused(page), 'keys/a');
  await press('Space');
  await isLive(page);
  await press('End');
  assert.equal(await focused(page), 'keys/b');
  await press('Enter', 'Home');
  assert.equal(await focused(page), '*');
  await press('ArrowUp');
  assert.equal(await focused(page), 'find-text');
  await untilSame('the chips', () => page.locator('#chips bdi').allInnerTexts(), ['keys/a', 'keys/b']);
  await isLive(page);

  // Enter a template in the box.
  await page.keyboard.type('keys/{other}');
  await press('Enter');
  await untilSame('the chips', () => page.locator('#chips bdi').allInnerTexts(), ['keys/a', 'keys/b', 'keys/{other}']);
  await press('Tab');
  assert.equal(await focused(page), '*');
  await press('Tab', 'Tab');
  assert.equal(await focused(page), 'publish-topic');
  await press('Control+A');
  await page.keyboard.type('keys/c');
  await press('Tab');
  await page.keyboard.type('typed');
  await press('Tab', 'Control+A');
  await page.keyboard.type('{"by":"keys"}');
  await isLive(page);
  await press('Control+Enter');
  await untilShown(page, ['{"by":"keys"}']);
  await hub.publish('keys/a', 'second');
  await untilShown(page, ['{"by":"keys"}', 'second']);

  // Tab through the rest of the form with its answer, the chips, the selects and the pause button to the rows.
  await press('Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab');
  assert.equal(await focused(page), 'since');
  await press('Tab', 'Tab', 'Tab');
  assert.equal(await focused(page), 'pause');
  await press('Space');
  await page.locator('#held').waitFor();
  await press('Space', 'Tab');
  assert.equal(await focused(page), 'clear');
  await press('Tab');
  await untilSame('the newest row has the focus', () => page.evaluate(() => document.activeElement.querySelector('.data')?.textContent), 'second');
  await press('ArrowDown', 'Enter');
  await page.locator('#detail pre').waitFor();
  assert.equal(await page.locator('#detail pre').innerText(), '{\n  "by": "keys"\n}');

  // The rows are one tab stop, and the open details follow the focus.
  assert.equal(await page.locator('#rows .line[tabindex="0"]').count(), 1);
  await press('ArrowUp');
  assert.equal(await page.evaluate(() => document.activeElement.querySelector('.data').textContent), 'second');
  assert.equal(await page.locator('#detail pre').innerText(), 'second');
  await press('Tab');
  assert.equal(await focused(page), 'detail-newer');
  await press('Escape');
  assert.equal(await page.locator('#detail').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.querySelector('.data').textContent), 'second');

  assert.deepEqual(troubles, []);
  await page.context().close();
});

test('single keys filter, find, pause and close, do nothing while the user types, and can be switched off', async () => {
  const { page, troubles } = await newPage(browser, hub);
  await page.goto(`${hub.url}/?topic=keys/single`);
  await isLive(page);
  const { keyboard } = page;
  await keyboard.press('/');
  assert.equal(await focused(page), 'filter-text');
  await keyboard.type('a/pt');
  assert.equal(await page.locator('#filter-text').inputValue(), 'a/pt');
  assert.equal(await page.locator('#held').isVisible(), false);
  await keyboard.press('Escape');
  assert.equal(await page.locator('#filter-text').inputValue(), '');
  await keyboard.press('Escape');
  assert.equal(await focused(page), 'feed');
  await keyboard.press('p');
  await page.getByRole('button', { name: 'Resume', pressed: true }).waitFor();
  await keyboard.press('p');
  await page.getByRole('button', { name: 'Pause', pressed: false }).waitFor();
  await keyboard.press('Control+p');
  await keyboard.press('t');
  assert.equal(await focused(page), 'find-text');

  await page.getByRole('button', { name: 'Keys', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Use the keys' }).uncheck();
  await keyboard.press('Escape');
  assert.equal(await page.locator('#keys').isVisible(), false);
  await page.locator('#feed').focus();
  await keyboard.press('p');
  await page.reload();
  await isLive(page);
  await keyboard.press('p');
  await keyboard.press('/');
  assert.equal(await page.getByRole('button', { name: 'Pause', pressed: false }).count(), 1);
  assert.notEqual(await focused(page), 'filter-text');
  assert.deepEqual(troubles, []);
  await page.context().close();
});

test('the focus is always visible, and the skip link leads to the events', async () => {
  const { page } = await newPage(browser, hub);
  await page.goto(`${hub.url}/?topic=keys/a&since=earliest`);
  await page.locator('#rows .row').first().waitFor();
  await page.keyboard.press('Tab');
  for (let i = 0; i < 20; i++) {
    const [name, width] = await page.evaluate(() => [document.activeElement.outerHTML.slice(0, 80), parseFloat(getComputedStyle(document.activeElement).outlineWidth)]);
    assert.ok(name.startsWith('<body') || width >= 2, name);
    await page.keyboard.press('Tab');
  }

  await page.reload();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'feed');
  await page.context().close();
});

test('removing a chip moves the focus to the next one', async () => {
  const { page } = await newPage(browser, hub);
  await page.goto(`${hub.url}/?topic=keys/a&topic=keys/b`);
  await isLive(page);
  await page.getByRole('button', { name: 'Unsubscribe from keys/a' }).press('Enter');

  // The focus stays when the new stream is open.
  await hub.publish('keys/b', 'on the new stream');
  await untilSame('the newest row', async () => (await shown(page)).at(-1), 'on the new stream');
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), 'Unsubscribe from keys/b');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'feed');
  await page.locator('#state[data-state=idle]').waitFor();
  await page.context().close();
});
