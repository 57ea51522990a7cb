// Tests tabs that share one connection, in a real browser against a real hub.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { launch } from './setup/browser.js';
import { Hub } from './setup/hub.js';
import { connections, heardIn, isOpenIn, newTab, subscribeIn, untilHeard } from './setup/sdk.js';
import { until } from './setup/until.js';

let browser;
let hub;
let context;
before(async () => {
  hub = await Hub.start({ ENGINE__HEARTBEAT: '00:00:01' });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});
beforeEach(async () => {
  context = await browser.newContext({ bypassCSP: true });
});
afterEach(async () => {
  await context.close();
  await until('every connection of the tabs is gone', async () => (await connections(hub)) === 0);
});

const isLeader = (tab) => tab.evaluate(() => window.subscription.isLeader);

async function open(topics, options = {}) {
  const tab = await newTab(context, hub);
  await subscribeIn(tab, { how: 'subscribeShared', topics, ...options });
  await isOpenIn(tab);
  return tab;
}

async function publish(topic, from, to) {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => `${topic} ${from + i}`);
  for (const data of numbers) {
    await hub.publish(topic, data);
  }

  return numbers;
}

/** Returns the leading tab once there is exactly one. */
const leaderOf = (tabs) => until('one tab leads', async () => {
  const leading = await Promise.all(tabs.map(isLeader));
  return leading.filter(Boolean).length === 1 && tabs[leading.indexOf(true)];
});

test('eight tabs share one connection, and each gets every event once, in order', async () => {
  const tabs = [];
  for (let i = 0; i < 8; i++) {
    tabs.push(await open('shared'));
  }

  assert.equal(await connections(hub), 1);

  // A tab that has received no event yet can resume, too.
  assert.ok((await Promise.all(tabs.map((tab) => tab.evaluate(() => window.sdk.isPosition(window.subscription.position))))).every(Boolean));
  const all = await publish('shared', 1, 50);
  await Promise.all(tabs.map((tab) => untilHeard(tab, all)));
  assert.equal((await Promise.all(tabs.map(isLeader))).filter(Boolean).length, 1);
  assert.equal(await connections(hub), 1);
});

test('tabs with different topics share a connection, and each gets only its events', async () => {
  const first = await open('own/a');
  const second = await open(['own/b', 'own/{letter}/deep']);
  const third = await open('*');
  const expected = { a: [], b: [], all: [] };
  for (const [topic, into] of [['own/a', 'a'], ['own/b', 'b'], ['own/c', null], ['own/x/deep', 'b'], ['own/a', 'a']]) {
    const [data] = await publish(topic, expected.all.length, expected.all.length);
    expected.all.push(data);
    expected[into]?.push(data);
  }

  await untilHeard(first, expected.a);
  await untilHeard(second, expected.b);
  await untilHeard(third, expected.all);
  assert.equal(await connections(hub), 1);
});

test('the leader is closed while publishing: another tab leads, no event is lost or repeated', async () => {
  const tabs = [await open('closed'), await open('closed'), await open('closed')];
  const all = [];
  for (let round = 0; round < 2; round++) {
    const publishing = publish('closed', round * 40 + 1, round * 40 + 40);
    const leader = await leaderOf(tabs);
    await leader.close();
    tabs.splice(tabs.indexOf(leader), 1);
    all.push(...(await publishing));
    await Promise.all(tabs.map((tab) => untilHeard(tab, all)));
  }

  assert.equal(await connections(hub), 1);
});

test('a late tab starts with new events, or at its position', async () => {
  const [first] = [await open('late')];
  const before = await publish('late', 1, 5);
  await untilHeard(first, before);
  const live = await open('late');
  const past = await open('late', { since: 'earliest' });
  const after = await publish('late', 6, 10);
  await untilHeard(live, after);
  await untilHeard(past, [...before, ...after]);
  await until('one connection', async () => (await connections(hub)) === 1);
});

test('a leader that hangs without notice loses the connection to a visible tab', async () => {
  const tabs = [await open('hangs'), await open('hangs')];
  const leader = await leaderOf(tabs);
  const other = tabs.find((tab) => tab !== leader);
  await other.bringToFront();

  // Block the leader for longer than the other tabs wait.
  const hanging = leader.evaluate(() => {
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      // A busy loop blocks the tab.
    }
  });
  const all = await publish('hangs', 1, 10);
  await until('the other leads', () => isLeader(other));
  await untilHeard(other, all);
  await hanging;
  await untilHeard(leader, all);
  all.push(...(await publish('hangs', 11, 12)));
  await Promise.all(tabs.map((tab) => untilHeard(tab, all)));
  await until('one leads', async () => (await Promise.all(tabs.map(isLeader))).filter(Boolean).length === 1);
});

test('the hub is killed while publishing: every tab gets every event once, in order', async () => {
  const tabs = [await open('killed'), await open('killed/other'), await open('killed')];
  const publishing = (async () => {
    const all = [];
    for (let i = 1; i <= 40; i++) {
      await hub.publishThrough('killed', `killed ${i}`);
      all.push(`killed ${i}`);
    }

    return all;
  })();
  await until('some events', async () => (await heardIn(tabs[0])).length > 5);
  await hub.stop('SIGKILL');
  await hub.run();
  const all = await publishing;
  await untilHeard(tabs[0], all);
  await untilHeard(tabs[2], all);
  assert.deepEqual(await heardIn(tabs[1]), []);
});

test('a request that is rejected for one tab ends only that tab', async () => {
  const good = await open('refused');
  const bad = await newTab(context, hub);
  await subscribeIn(bad, { how: 'subscribeShared', topics: '{broken' });
  await until('the refusal', () => bad.evaluate(() => window.said.some(([what, kind]) => what === 'error' && kind === 'refused')));
  await isOpenIn(good);
  const all = await publish('refused', 1, 3);
  await untilHeard(good, all);
});
