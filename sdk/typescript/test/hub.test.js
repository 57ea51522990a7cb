// Tests the client against a real hub.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { subscribe } from '../dist/index.js';
import { fileStore } from '../dist/node.js';
import { Publisher } from '../dist/publisher.js';
import { Hub } from '../../../tests/e2e/setup/hub.js';
import { until } from './setup/until.js';

let hub;
let url;
let publisher;
before(async () => {
  hub = await Hub.start({ ENGINE__POLICIES__0__SELECTOR: 'short', ENGINE__POLICIES__0__MAXCOUNT: '3', ENGINE__RETENTIONINTERVAL: '00:00:00.050' });
  url = `${hub.url}/v1/events`;
  publisher = new Publisher(url);
});
after(() => hub?.dispose());

/** Returns the first events of a subscription. */
async function take(count, options) {
  const taken = [];
  for await (const event of subscribe(url, options)) {
    taken.push(event);
    if (taken.length === count) {
      break;
    }
  }

  return taken;
}

test('the largest event of a hub with default limits arrives in every format', async () => {
  const text = '\x01'.repeat(1024 * 1024);
  await publisher.publish('large/text', text);
  await publisher.publish('large/json', text, { contentType: 'application/json' });
  await assert.rejects(publisher.publish('large/text', `${text}x`), { kind: 'refused', status: 413 });
  for (const options of [{}, { format: 'lines' }, { transport: 'poll', pollEveryMs: 10 }, { format: 'lines', transport: 'poll', pollEveryMs: 10 }]) {
    const events = await take(2, { topics: 'large/*', since: 'earliest', ...options });
    assert.ok(events.every(({ data }) => data === text), JSON.stringify(options));
  }

  for (const transport of ['stream', 'poll']) {
    const [plain, encoded] = await take(2, { topics: 'large/*', since: 'earliest', format: 'cloudevents', transport, pollEveryMs: 10, decode: JSON.parse });
    assert.ok(plain.data.data === text && Buffer.from(encoded.data.data_base64, 'base64').toString() === text, transport);
  }
});

const datas = (events) => events.map(({ data }) => data);

test('a loop ends without an error when all its topics are complete', async () => {
  let job = 0;
  for (const options of [{}, { format: 'lines' }, { format: 'cloudevents' }, { transport: 'poll', pollEveryMs: 20 }]) {
    const topics = [`jobs/${job++}`, `jobs/${job++}`];
    const subscription = subscribe(url, { topics, since: 'earliest', ...options });
    const [complete, states, taken] = [[], [], []];
    subscription.on('complete', ({ topic }) => complete.push(topic));
    subscription.on('state', (state) => states.push(state));
    await publisher.publish(topics[0], 'last', { complete: true });
    for await (const { data } of subscription) {
      taken.push(data);
      await publisher.complete(topics[1]);
    }

    assert.equal(taken.length, 1);
    assert.deepEqual(complete, topics);
    assert.deepEqual(states.at(-1), { name: 'closed', error: null });
    assert.deepEqual(await take(1, { topics, ...options }), []);
    assert.equal((await publisher.complete(topics[1])).duplicate, true);
    await assert.rejects(publisher.publish(topics[0], 'late'), { kind: 'refused', status: 409 });
  }
});

test('a list of topics that is too long for a URL is sent in a body', async () => {
  const topics = Array.from({ length: 1000 }, (_, n) => `list/${n}/${'é'.repeat(100)}`);
  await publisher.publish(topics[0], 'first');
  await publisher.publish('list', 'no');
  await publisher.publish(topics[999], 'last');
  for (const options of [{}, { format: 'lines' }, { transport: 'poll' }]) {
    assert.deepEqual(datas(await take(2, { topics, since: 'earliest', ...options })), ['first', 'last']);
  }
});

test('published events arrive unchanged and equal by every transport', async () => {
  const texts = ['plain', 'ünï 🌊', 'two\nlines\n', '', ' leading', 'x'.repeat(200_000)];
  for (const text of texts) {
    await publisher.publish('ways/raw', text, { type: 'note', key: 'k' });
  }

  await publisher.publish('ways/raw', { bid: 1.5 });
  const expected = [...texts, '{"bid":1.5}'];
  for (const options of [{}, { format: 'lines' }, { transport: 'poll' }]) {
    const events = await take(expected.length, { topics: 'ways/{kind}', since: 'earliest', ...options });
    assert.deepEqual(datas(events), expected);
    assert.equal(events[0].type, 'note');
    assert.equal(events.at(-1).type, 'message');
    assert.equal(events[0].topic, 'ways/raw');
  }

  const [cloud] = await take(1, { topics: 'ways/raw', since: 'earliest', format: 'cloudevents', decode: JSON.parse });
  assert.equal(cloud.data.topic, 'ways/raw');
  const [polled] = await take(1, { topics: 'ways/raw', since: 'earliest', format: 'cloudevents', transport: 'poll', decode: JSON.parse });
  assert.deepEqual(polled.data, cloud.data);
  assert.equal(polled.id, cloud.id);
  assert.deepEqual(datas(await take(1, { topics: 'ways/raw', types: 'message', since: 'earliest' })), ['{"bid":1.5}']);
});

test('a batch keeps its order in the log, and a repeat is recognized', async () => {
  const events = Array.from({ length: 50 }, (_, i) => ({ topic: 'batch', data: i % 2 ? { i } : `${i}`, type: i % 2 ? 'json' : undefined }));
  const first = await publisher.publishAll(events, { idempotencyKey: 'once' });
  const again = await publisher.publishAll(events, { idempotencyKey: 'once' });
  assert.equal(first.duplicates, 0);
  assert.equal(again.duplicates, 50);
  assert.deepEqual(again.ids, first.ids);
  const heard = await take(50, { topics: 'batch', since: 'earliest' });
  assert.deepEqual(heard.map(({ id }) => id), first.ids);
  assert.deepEqual(datas(heard), events.map(({ data }) => (typeof data === 'string' ? data : JSON.stringify(data))));
});

test('a restarted program resumes from its file, with the unfinished event', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longwave-resume-'));
  try {
    const lives = () => ({ topics: 'lives', since: 'earliest', store: fileStore(join(folder, 'position')) });
    await publisher.publishAll(['1', '2', '3', '4', '5'].map((data) => ({ topic: 'lives', data })));
    assert.deepEqual(datas(await take(3, lives())), ['1', '2', '3']);
    assert.deepEqual(datas(await take(3, lives())), ['3', '4', '5']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('removed events are reported as a gap, a position of another log as a reset', async () => {
  const ids = [];
  for (let i = 1; i <= 20; i++) {
    ids.push((await publisher.publish('short', String(i))).id);
  }

  await until('retention', async () => (await (await fetch(`${hub.url}/v1/topics?topic=short`)).json()).topics[0].count === 3);
  for (const transport of ['stream', 'poll']) {
    const gone = subscribe(url, { topics: 'short', lastEventId: ids[0], transport });
    const heard = [];
    gone.on('gap', (gap) => heard.push(gap));
    for await (const { data } of gone) {
      heard.push(data);
      if (data === '20') {
        break;
      }
    }

    assert.deepEqual(heard.slice(1), ['18', '19', '20']);
    assert.equal(heard[0].from, ids[0]);
    assert.equal(heard[0].reason, 'retention');

    const other = subscribe(url, { topics: 'short', lastEventId: '00c0ffee-7', since: 'earliest', transport });
    const resets = [];
    other.on('reset', (reset) => resets.push(reset));
    for await (const { data } of other) {
      assert.equal(data, '18');
      break;
    }

    assert.equal(resets[0].reason, 'unknown-epoch');
  }
});

test('a draining hub sends the reconnection time, and no event is missed', async () => {
  const draining = await Hub.start({ ENGINE__DRAINWINDOW: '00:00:01' });
  try {
    const subscription = subscribe(`${draining.url}/v1/events`, { topics: 't', minDelayMs: 20 });
    const reasons = [];
    const heard = [];
    subscription.on('control', ({ type, data }) => reasons.push([type, data.reason]));
    const reading = (async () => {
      for await (const { data } of subscription) {
        heard.push(data);
        if (data === '2') {
          break;
        }
      }
    })();
    await until('the stream', () => subscription.state.name === 'open');
    await draining.publish('t', '1');
    await until('the first', () => heard.length === 1);
    await draining.stop('SIGTERM');
    await draining.run();
    await draining.publish('t', '2');
    await reading;
    assert.deepEqual(heard, ['1', '2']);
    assert.deepEqual(reasons, [['reconnect', 'drain']]);
  } finally {
    await draining.dispose();
  }
});

test('a rejection has the detail and the field of the hub', async () => {
  await assert.rejects(take(1, { topics: '{broken' }), ({ kind, status, problem }) => kind === 'refused' && status === 400 && problem.field === 'topic');
  await assert.rejects(publisher.publish('', 'x'), ({ kind, status }) => kind === 'refused' && status === 400);
});
