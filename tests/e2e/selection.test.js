// Tests the choice of topics and of the start: invalid selectors, the empty hub, event ids, the rate, and what ends "Live".

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isLive, launch, listen, newPage, notices, option, untilSame, untilShown } from './setup/browser.js';
import { Hub } from './setup/hub.js';

let hub;
let browser;
before(async () => {
  [hub, browser] = await Promise.all([Hub.start({ ENGINE__DRAINWINDOW: '00:00:05' }), launch()]);
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});

async function withPage(work, at = hub, options = {}) {
  const { page, troubles } = await newPage(browser, at, options);
  await work(page);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  assert.deepEqual(troubles, []);
  await page.context().close();
}

test('an invalid selector is not added: the reason is beside the field, and the others continue', () => withPage(async (page) => {
  await listen(page, hub, 'good');
  const field = page.getByLabel('Find a topic, or type a selector');
  await field.fill('bad/{');
  await page.keyboard.press('Enter');
  await page.locator('#find-problem').getByText("The template has a '{' without '}'").waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.equal(await field.inputValue(), 'bad/{');
  assert.match(await field.getAttribute('aria-describedby'), /find-problem/);
  assert.deepEqual(await page.locator('#chips bdi').allInnerTexts(), ['good']);
  await hub.publish('good', 'continues');
  await untilShown(page, ['continues']);

  await field.fill('bad/{x}');
  await page.keyboard.press('Enter');
  await untilSame('the chips', () => page.locator('#chips bdi').allInnerTexts(), ['good', 'bad/{x}']);
  assert.equal(await page.locator('#find-problem').innerText(), '');
  await hub.publish('bad/1', 'now valid');
  await untilShown(page, ['continues', 'now valid']);
}));

test('an invalid selector in the URL does not stop the valid ones', () => withPage(async (page) => {
  await listen(page, hub, 'good', 'broken/{', 'fine');
  await notices(page, 'rejected').getByText(/^The hub rejected broken\/\{: The template/).waitFor();
  await hub.publish('good', '1');
  await hub.publish('fine', '2');
  await untilShown(page, ['1', '2']);
  assert.deepEqual(await page.locator('.chip.rejected bdi').allInnerTexts(), ['broken/{']);
  await page.getByRole('button', { name: 'Unsubscribe from broken/{' }).click();
  await isLive(page);
  await hub.publish('fine', '3');
  await untilShown(page, ['1', '2', '3']);
}));

test('a stored session with only an invalid selector recovers when a valid one is added', () => withPage(async (page) => {
  await page.goto(`${hub.url}/?topic=${encodeURIComponent('broken/{')}`);
  await page.locator('#state[data-state=refused]').waitFor();
  await page.getByLabel('Find a topic, or type a selector').fill('valid');
  await page.keyboard.press('Enter');
  await isLive(page);
  await hub.publish('valid', '1');
  await untilShown(page, ['1']);
}));

test('an empty hub offers a test event, the demo and a curl command', async () => {
  const empty = await Hub.start();
  try {
    await withPage(async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
      await page.goto(empty.url);
      await page.getByRole('button', { name: 'Copy curl command' }).click();
      await page.getByText('Copied: paste it into a shell.').waitFor();
      assert.equal(await clipboard(), `curl -d 'hello' '${empty.url}/v1/events?topic=demo'`);

      await page.getByRole('button', { name: 'Run the demo' }).click();
      await page.getByRole('heading', { name: 'Waiting for the demo' }).waitFor();
      await page.getByText(`longwave demo --hub '${empty.url}'`).waitFor();
      await page.getByText('one week of earthquakes').waitFor();
      await isLive(page);
      await page.getByRole('button', { name: 'Unsubscribe from earthquakes/{network}' }).click();

      await page.getByRole('button', { name: 'Publish a test event' }).click();
      await untilShown(page, ['{"hello": "world"}']);
    }, empty);
  } finally {
    await empty.dispose();
  }
});

test('the stream can start after an event id, and an invalid one is reported beside the field', () => withPage(async (page) => {
  const first = await hub.publish('ids', '1');
  await hub.publish('ids', '2');
  await listen(page, hub, 'ids');
  await page.getByLabel('Show from').selectOption('after an event id');
  const field = page.getByLabel('Last event id');
  await field.fill('42');
  await page.keyboard.press('Enter');
  await page.locator('#after-problem').getByText('epoch-offset').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await field.fill(first);
  await page.keyboard.press('Enter');
  await untilShown(page, ['2']);

  // What the form has published can be the start, too.
  await page.getByLabel('Topic', { exact: true }).fill('ids');
  await page.getByLabel('Data').fill('3');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await untilShown(page, ['2', '3']);
  await page.getByRole('button', { name: 'Show from here' }).click();
  await untilShown(page, ['3']);
}));

test('a replay does not count as the current rate', () => withPage(async (page) => {
  await hub.publishAll('replayed', Array.from({ length: 400 }, (_, i) => `${i}`));

  // The page learns the time of the hub from these responses: five minutes later than that of the events.
  await page.route(({ pathname, searchParams }) => pathname === '/v1/topics' || searchParams.has('limit'), async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), date: new Date(Date.now() + 300_000).toUTCString() } });
  });
  await page.goto(hub.url);
  await option(page, 'replayed').click();
  await page.getByRole('button', { name: 'Show 400 stored events' }).click();
  await untilSame('the count', () => page.locator('#event-count').innerText(), '400');
  await drawn(page);
  assert.match(await page.locator('#spark').getAttribute('aria-label'), /now 0, at most 0$/);
}));

test('events of the last minute are drawn in their second', () => withPage(async (page) => {
  await listen(page, hub, 'recent');
  await hub.publishAll('recent', Array.from({ length: 250 }, (_, i) => `${i}`));
  await page.locator('#spark[aria-label$="at most 250"]').waitFor();
}));

/** Waits until the chart has been drawn twice since now. */
const drawn = (page) => page.evaluate(() => new Promise((resolve) => {
  let left = 2;
  const seen = new MutationObserver(() => --left === 0 && resolve());
  seen.observe(document.getElementById('spark'), { attributes: true, attributeFilter: ['aria-label'] });
}));

test('publishing has a time limit', () => withPage(async (page) => {
  await page.clock.install();
  await listen(page, hub, 'limit');
  await page.route('**/v1/events?topic=demo', () => {
    // Never answered.
  });
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.locator('#publish-answer[data-kind=busy]').waitFor();
  await page.clock.fastForward(11_000);
  await page.locator('#publish-answer[data-kind=problem]').getByText('The hub did not answer within 10 seconds').waitFor();
  assert.notEqual(await page.locator('#publish-send').getAttribute('aria-disabled'), 'true');
}));

test('a private event and a key can be published', () => withPage(async (page) => {
  await listen(page, hub, 'secret');
  await page.getByLabel('Topic', { exact: true }).fill('secret');
  await page.getByRole('textbox', { name: 'Key optional' }).fill('k1');
  await page.getByLabel('Private').check();
  const request = page.waitForRequest((sent) => sent.method() === 'POST');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  assert.equal(new URL((await request).url()).search, '?topic=secret&key=k1&private=true');
  await page.locator('#publish-answer[data-kind=done]').waitFor();
}));

test('"Live" ends as soon as the hub drains', async () => {
  // Each stream ends at a random time within the window, so this one stays open.
  const draining = await Hub.start({ ENGINE__DRAINWINDOW: '01:00:00' });
  try {
    await withPage(async (page) => {
      await listen(page, draining, 'drains');
      draining.signal('SIGTERM');
      await page.locator('#state[data-state=doubt]').getByText('The hub is shutting down').waitFor();
    }, draining);
  } finally {
    await draining.dispose();
  }
});

test('the page says when the hub answers no other requests, and when it does again', () => withPage(async (page) => {
  await listen(page, hub, 'doubt');
  await page.route('**/v1/topics*', (route) => route.abort());
  await page.locator('#state[data-state=doubt]').getByText('The hub answers no other requests').waitFor();
  await page.unroute('**/v1/topics*');
  await isLive(page);
}));

test('a topic in the list can be picked while the selection is checked', () => withPage(async (page) => {
  await hub.publish('quick/a', '0');
  await hub.publish('quick/b', '0');
  await page.goto(hub.url);
  await option(page, 'quick/a').click();
  await option(page, 'quick/b').click();
  await isLive(page);
  await untilSame('the chips', () => page.locator('#chips bdi').allInnerTexts(), ['quick/a', 'quick/b']);
  await hub.publish('quick/a', '1');
  await hub.publish('quick/b', '2');
  await untilShown(page, ['1', '2']);
}));
