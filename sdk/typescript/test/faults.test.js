// Runs the scripts of spec/faults against a server that plays them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { LongwaveError, subscribe } from '../dist/index.js';
import { Player } from './faults/player.js';
import { until } from './setup/until.js';

// The wall clock of this machine is wrong and jumps: the client must not depend on it.
const TEN_YEARS_MS = 315_576_000_000;
const { now } = Date;
let jumps = 0;
Date.now = () => now() + (jumps++ % 2 === 0 ? TEN_YEARS_MS : -TEN_YEARS_MS);

const { faults } = JSON.parse(await readFile(new URL('../../../spec/faults/faults.json', import.meta.url), 'utf8'));

/** Number of concurrent runs of a script that is cut at every byte. */
const AT_ONCE = 8;

const bytesOf = ({ steps }) => Buffer.concat(steps.filter(({ send }) => send !== undefined).map(({ send }) => Buffer.from(send)));

/** Returns the script with the body of its first response cut after `n` bytes. */
function cutAt(script, n) {
  const [first, ...rest] = script.requests;
  const steps = [{ sendBase64: bytesOf(first).subarray(0, n).toString('base64') }, first.steps.at(-1)];
  return { ...script, requests: [{ ...first, steps }, ...rest] };
}

function optionsOf({ client = {} }) {
  const { hub = true, tokens, mode = 'stream', maxEventBytes, ...rest } = client;
  const left = [...(tokens ?? [])];
  return {
    ...(hub ? { topics: 't' } : {}),
    transport: mode,
    minDelayMs: 5,
    maxDelayMs: 50,
    ...rest,
    ...(maxEventBytes ? { maxEventLength: maxEventBytes } : {}),
    ...(tokens ? { token: () => (left.length > 1 ? left.shift() : left[0]) } : {}),
  };
}

async function play(script) {
  const player = await Player.start(script);
  const subscription = subscribe(`${player.url}/v1/events`, optionsOf(script));
  const heard = [];
  for (const notice of ['gap', 'reset']) {
    subscription.on(notice, (data) => heard.push({ notice, data }));
  }

  let end = null;
  const reading = (async () => {
    for await (const { id, type, data, topic } of subscription) {
      heard.push({ id, type, data, ...(topic !== undefined && { topic }) });
    }
  })().then(() => {
    end = { outcome: 'stopped' };
  }, (error) => {
    end = { outcome: 'failed', error };
  });
  try {
    const { requests, hears, outcome } = script;
    const enough = () => heard.length >= hears.length && player.received >= requests.length;
    await until(
      () => `${script.name}: heard ${JSON.stringify(heard)}, ${player.received} requests, ${JSON.stringify(player.violations)}`,
      () => player.violations.length > 0 || (outcome === 'open' ? enough() || end : end),
    );
    assert.deepEqual(player.violations, []);
    assert.deepEqual(heard, hears);
    assert.equal(end?.outcome ?? 'open', outcome, end?.error?.message);
    if (outcome === 'failed') {
      assert.ok(end.error instanceof LongwaveError);
      assert.equal(end.error.kind, script.error.kind);
      assert.equal(end.error.status, script.error.status ?? end.error.status);
      assert.equal(subscription.state.error, end.error);
    }
  } finally {
    subscription.close();
    await player.stop();
    await reading;
  }

  assert.equal(subscription.state.name, 'closed');
}

for (const script of faults) {
  test(script.name, async () => {
    if (!script.everyByte) {
      await play(script);
      return;
    }

    const cuts = Array.from({ length: bytesOf(script.requests[0]).length + 1 }, (_, n) => n);
    assert.ok(cuts.length > 50);
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let n = cuts.shift(); n !== undefined; n = cuts.shift()) {
        await play(cutAt(script, n)).catch((error) => {
          throw new Error(`cut after ${n} bytes: ${error.message}`, { cause: error });
        });
      }
    }));
  });
}
