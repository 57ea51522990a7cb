// Tests the page in narrow and low windows: the events come first, and the other cards are a sheet.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, listen, newPage, option, untilSame, untilShown } from './setup/browser.js';
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

async function withPage(viewport, work) {
  const { page, troubles } = await newPage(browser, hub, { viewport });
  await work(page);
  assert.deepEqual(troubles, []);
  await page.context().close();
}

for (const [width, height] of [[390, 820], [390, 560], [820, 820], [820, 560], [1440, 560]]) {
  test(`${width} × ${height}: the events have most of the window, and nothing is outside it`, () => withPage({ width, height }, async (page) => {
    await listen(page, hub, 'size');
    const found = await page.evaluate(() => {
      const box = (id) => document.getElementById(id).getBoundingClientRect();
      const dock = document.querySelector('.dock').getBoundingClientRect();
      return {
        rows: box('rows-frame').height / innerHeight, below: box('feed').bottom - innerHeight, side: document.getElementById('side').checkVisibility(),
        dock: dock.height > 0 ? dock.bottom - innerHeight : null, overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        scrolls: document.documentElement.scrollHeight - innerHeight,
      };
    });
    assert.ok(found.rows > 0.45, `rows: ${found.rows}`);
    assert.ok(found.below <= 0, `below: ${found.below}`);
    assert.deepEqual({ side: found.side, dock: found.dock, overflow: found.overflow, scrolls: found.scrolls },
      { side: width > 832, dock: width > 832 ? null : 0, overflow: 0, scrolls: 0 });
  }));
}

test('the bar opens the topics and the form, Esc closes them and returns the focus', () => withPage({ width: 390, height: 740 }, async (page) => {
  await hub.publish('sheet/a', 'old');
  await page.goto(hub.url);
  const topics = page.getByRole('button', { name: 'Topics', exact: true });
  await topics.click();
  assert.equal(await topics.getAttribute('aria-expanded'), 'true');
  await option(page, 'sheet/a').click();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#side').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'dock-topics');
  await untilSame('the chips', () => page.locator('#chips bdi').allInnerTexts(), ['sheet/a']);
  await page.locator('#state[data-state=live]').waitFor();

  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByLabel('Topic', { exact: true }).fill('sheet/a');
  await page.getByLabel('Data').fill('from the sheet');
  await page.locator('#publish-send').click();
  await page.locator('#publish-answer[data-kind=done]').waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await untilShown(page, ['from the sheet']);

  // The details cover the list, and leave it when they are closed.
  await page.locator('#rows .line').click();
  const box = await page.locator('#detail').boundingBox();
  assert.equal(Math.round(box.y + box.height), 740);
  assert.equal(Math.round(box.width), 390);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  assert.equal(await page.locator('#detail').isVisible(), false);
}));

test('a window that becomes wide shows the cards beside the events', () => withPage({ width: 600, height: 740 }, async (page) => {
  await page.goto(hub.url);
  await page.locator('#dock-publish').click();
  await page.setViewportSize({ width: 1200, height: 740 });
  await page.locator('#side').waitFor();
  const [side, feed] = [await page.locator('#side').boundingBox(), await page.locator('#feed').boundingBox()];
  assert.ok(side.x + side.width <= feed.x);
  await page.setViewportSize({ width: 600, height: 740 });
  await page.locator('#side').waitFor({ state: 'hidden' });
}));
