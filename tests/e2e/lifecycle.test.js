// Tests hidden, frozen, resumed and offline pages in a real browser against a real hub.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './setup/browser.js';
import { Chromium } from './setup/chromium.js';
import { Hub } from './setup/hub.js';
import { isOpenIn, newTab, saidIn, subscribeIn, untilHeard } from './setup/sdk.js';
import { until } from './setup/until.js';

let hub;
let chromium;
before(async () => {
  hub = await Hub.start({ ENGINE__HEARTBEAT: '00:00:01' });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await hub?.dispose();
});

async function publish(topic, from, to, at = hub) {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => `${topic} ${from + i}`);
  for (const data of numbers) {
    await at.publish(topic, data);
  }

  return numbers;
}

/** Opens a tab in front of all others and subscribes in it. */
async function listen(how, topic, before = '') {
  const tab = await chromium.newTab(`${hub.url}/healthz`);
  await until('the page', () => tab.evaluate('location.href !== "about:blank" && document.readyState === "complete"'));
  await tab.evaluate(`(async () => {
    const sdk = window.sdk = await import('/page/longwave.js');
    window.heard = [];
    window.ways = [];
    const subscription = window.subscription = sdk.${how}('/v1/events', { topics: '${topic}', minDelayMs: 20, maxDelayMs: 500, pollEveryMs: 100 });
    subscription.on('state', (state) => state.name === 'open' && window.ways.push(state.transport));
    (async () => {
      for await (const { data } of subscription) {
        window.heard.push(data);
      }
    })();
    ${before}
  })()`);
  await until('the stream', () => tab.evaluate('subscription.state.name === "open"'));
  return tab;
}

async function untilHeardBy(tab, expected) {
  let last;
  await until('the events', async () => (last = await tab.evaluate('window.heard')).length >= expected.length).catch(() => {});
  assert.deepEqual(last, expected);
}

const timers = (tab) => tab.evaluate('new Promise((resolve) => setTimeout(() => resolve(true)))');

test('a page that was frozen misses no event', async () => {
  const tab = await listen('subscribe', 'frozen');
  const front = await chromium.newTab('about:blank');
  const all = await publish('frozen', 1, 5);
  await untilHeardBy(tab, all);
  await front.show();
  await tab.freeze();
  all.push(...(await publish('frozen', 6, 40)));
  assert.equal((await tab.evaluate('window.heard')).length, 5);
  await tab.thaw();
  await untilHeardBy(tab, all);
  await tab.show();
  await timers(tab);
  all.push(...(await publish('frozen', 41, 43)));
  await untilHeardBy(tab, all);
});

test('a page that was frozen while the hub restarted misses no event', async () => {
  const tab = await listen('subscribe', 'restart');
  const front = await chromium.newTab('about:blank');
  const all = await publish('restart', 1, 5);
  await untilHeardBy(tab, all);
  await front.show();
  await tab.freeze();
  await hub.stop('SIGKILL');
  await hub.run();
  all.push(...(await publish('restart', 6, 20)));
  await tab.thaw();
  await tab.show();
  await untilHeardBy(tab, all);
});

test('the leader of the tabs is frozen: another tab leads; after the freeze it has missed no event', async () => {
  const leader = await listen('subscribeShared', 'leader');
  const other = await listen('subscribeShared', 'leader');
  await until('one leads', () => leader.evaluate('subscription.isLeader'));
  const all = await publish('leader', 1, 5);
  await untilHeardBy(leader, all);
  await untilHeardBy(other, all);
  await leader.freeze();
  await until('the other leads', () => other.evaluate('subscription.isLeader'));
  all.push(...(await publish('leader', 6, 30)));
  await untilHeardBy(other, all);
  await leader.thaw();
  await leader.show();
  await untilHeardBy(leader, all);
  all.push(...(await publish('leader', 31, 35)));
  await untilHeardBy(leader, all);
  await untilHeardBy(other, all);
  assert.equal(await leader.evaluate('subscription.isLeader'), false);
  await leader.evaluate('subscription.close()');
  await other.evaluate('subscription.close()');
});

test('a hidden page polls, a visible one streams, and the change loses no event', async () => {
  const tab = await listen('subscribe', 'attention', 'sdk.followAttention(subscription, { hiddenAfterMs: 0 });');
  const front = await chromium.newTab('about:blank');
  const all = [];
  for (let round = 0; round < 3; round++) {
    const publishing = publish('attention', round * 40 + 1, round * 40 + 40);
    await front.show();
    await until('polls', () => tab.evaluate('subscription.state.name === "open" && subscription.state.transport === "poll"'));
    await tab.show();
    await until('streams', () => tab.evaluate('subscription.state.name === "open" && subscription.state.transport === "stream"'));
    all.push(...(await publishing));
  }

  await untilHeardBy(tab, all);
  assert.deepEqual(await tab.evaluate('window.ways'), ['stream', 'poll', 'stream', 'poll', 'stream', 'poll', 'stream']);
});

test('offline and online again: the page reconnects at once and misses no event', async () => {
  const browser = await launch();

  // With delays of an hour, only the browser's online event explains a reconnect.
  const patient = await Hub.start({ ENGINE__RETRYMIN: '01:00:00', ENGINE__RETRYMAX: '01:00:00' });
  try {
    const context = await browser.newContext({ bypassCSP: true });
    const tab = await newTab(context, patient);
    await subscribeIn(tab, { topics: 'offline' });
    await isOpenIn(tab);
    const all = await publish('offline', 1, 3, patient);
    await untilHeard(tab, all);
    await context.setOffline(true);
    await patient.stop('SIGKILL');
    await until('it waits', () => tab.evaluate(() => window.subscription.state.name === 'waiting'));
    assert.equal(await tab.evaluate(() => window.subscription.state.offline), true);
    await patient.run();
    all.push(...(await publish('offline', 4, 9, patient)));
    assert.equal((await saidIn(tab)).at(-1)[0], 'waiting');
    await context.setOffline(false);
    await untilHeard(tab, all);
  } finally {
    await browser.close();
    await patient.dispose();
  }
});
