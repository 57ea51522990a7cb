// Tests that every kind of client survives restarts of the hub under load. `npm run restarts -- 200` does the same at length.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePage, readPage, readResult, subjectOf } from './setup/clients-page.js';
import { runRestarts } from './setup/restarts.js';

const RESTARTS = 2;

test('every client survives graceful and hard restarts, and receives each event once', async () => {
  const { events, clients } = await runRestarts(RESTARTS);
  assert.ok(events > 0);
  for (const { graceful, hard, ended, ...client } of clients) {
    const none = { dead: 0, lost: 0, repeated: 0 };
    assert.deepEqual({ graceful, hard, ended }, { graceful: none, hard: none, ended: undefined }, JSON.stringify(client));
  }

  assert.deepEqual(clients.map(subjectOf), (await readResult()).clients.map(subjectOf), 'restarts.json has other clients: run `npm run restarts`');
});

test('docs/reference/clients.md is made from restarts.json', async () => {
  assert.equal(await readPage(), await makePage(), 'run `npm run clients-page`');
});
