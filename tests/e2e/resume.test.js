import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { isLive, launch, listen, newPage, notices, untilShown } from './setup/browser.js';
import { Hub } from './setup/hub.js';
import { until } from './setup/until.js';

const KEPT = 5;

let browser;
let hub;
let page;
let troubles;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  hub = await Hub.start({
    ENGINE__DRAINWINDOW: '00:00:01',
    ENGINE__RETENTIONINTERVAL: '00:00:00.050',
    ENGINE__POLICIES__0__SELECTOR: 'short',
    ENGINE__POLICIES__0__MAXCOUNT: `${KEPT}`,
  });
  ({ page, troubles } = await newPage(browser, hub));
});
afterEach(async () => {
  await page.context().close();
  await hub.dispose();
  assert.deepEqual(troubles, []);
});

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`);

async function publishNumbers(topic, from, to) {
  for (const number of numbers(from, to)) {
    await hub.publishThrough(topic, number);
  }
}

const untilBroken = () => page.locator('#state:not([data-state=live])').waitFor();

test('a hub killed twice while publishing: every event once, in order', async () => {
  await listen(page, hub, 'numbers', 'other/{name}');
  const publishing = publishNumbers('numbers', 1, 200);
  for (const passed of ['30', '120']) {
    await page.locator('#rows .data').getByText(passed, { exact: true }).waitFor();
    await hub.stop('SIGKILL');
    await untilBroken();
    await hub.run();
    await isLive(page);
  }

  await publishing;
  await untilShown(page, numbers(1, 200));
  assert.equal(await notices(page, 'resumed').count(), 2);
});

test('a hub that was down before the first event: the page misses no event of that time', async () => {
  await listen(page, hub, 'quiet');
  await hub.stop('SIGKILL');
  await untilBroken();
  await hub.run();
  await hub.publish('quiet', 'first');
  await isLive(page);
  await untilShown(page, ['first']);
});

test('a draining hub requests a reconnect, and the page reconnects', async () => {
  await listen(page, hub, 'drain');
  await hub.publish('drain', '1');
  await untilShown(page, ['1']);
  await hub.stop('SIGTERM');
  await notices(page, 'reconnect').waitFor();
  assert.match(await notices(page, 'reconnect').innerText(), /^The hub requested a reconnect in \d+ s \(the hub is shutting down or restarting\)\.$/);
  await hub.run();
  await hub.publish('drain', '2');
  await page.getByRole('button', { name: 'Reconnect now' }).click().catch(() => {});
  await untilShown(page, ['1', '2']);
});

test('a reload resumes after the last event shown', async () => {
  await listen(page, hub, 'reload');
  await publishNumbers('reload', 1, 3);
  await untilShown(page, ['1', '2', '3']);
  await page.goto(`${hub.url}/healthz`);
  await publishNumbers('reload', 4, 6);
  await page.goto(`${hub.url}/?topic=reload`);
  await untilShown(page, ['4', '5', '6']);
  assert.match(await notices(page, 'resumed').innerText(), /^Resumed at position [0-9a-f]{8}-3\.$/);
  await page.reload();
  await isLive(page);
  await hub.publish('reload', '7');
  await untilShown(page, ['7']);
});

test('events that retention removed meanwhile are reported as a gap', async () => {
  await listen(page, hub, 'short');
  await publishNumbers('short', 1, 2);
  await untilShown(page, ['1', '2']);
  await hub.stop('SIGKILL');
  await untilBroken();
  await page.context().setOffline(true);
  await hub.run();
  await publishNumbers('short', 3, 30);
  await trimmed('short');
  await page.context().setOffline(false);
  await isLive(page);
  await untilShown(page, ['1', '2', ...numbers(31 - KEPT, 30)]);
  assert.match(await notices(page, 'gap').innerText(), /^Gap: events after [0-9a-f]{8}-2 up to [0-9a-f]{8}-\d+ are gone \(retention removed them\)\.$/);
});

test('a replaced log is reported as a reset, and the page follows the new log', async () => {
  await listen(page, hub, 'replaced');
  await publishNumbers('replaced', 1, 3);
  await untilShown(page, ['1', '2', '3']);
  await hub.stop('SIGKILL');
  await untilBroken();
  await hub.forgetLog();
  await hub.run();
  await isLive(page);
  await notices(page, 'reset').waitFor();
  assert.equal(await notices(page, 'resumed').count(), 0);
  assert.equal(await page.locator('#state-words').innerText(), 'Live');
  await hub.publish('replaced', 'new 1');
  await hub.publish('replaced', 'new 2');
  await untilShown(page, ['1', '2', '3', 'new 1', 'new 2']);
});

test('an event whose response was lost is retried automatically and stored once', async () => {
  await listen(page, hub, 'demo');
  await page.getByLabel('Data', { exact: true }).fill('once');
  await page.route('**/v1/events?topic=demo', async (route) => {
    if (route.request().method() !== 'POST') {
      return route.continue();
    }

    // The hub appends the event, and the response is lost.
    await route.fetch();
    await route.abort('connectionreset');
    return page.unroute('**/v1/events?topic=demo');
  });
  const send = page.getByRole('button', { name: 'Publish', exact: true });
  await send.click();
  await page.locator('#publish-answer[data-kind=done]').waitFor();
  await hub.publish('demo', 'last');
  await untilShown(page, ['once', 'last']);
});

async function trimmed(topic) {
  await until('retention was applied', async () => {
    const { topics } = await (await fetch(`${hub.url}/v1/topics?topic=${topic}`)).json();
    return topics[0]?.count === KEPT;
  });
}
