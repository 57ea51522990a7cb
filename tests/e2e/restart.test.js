// Tests that the browsers' own EventSource survives graceful restarts of the hub. `npm run restarts -- 200` does the same at length.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRestarts } from './setup/restarts.js';

test('EventSource of Chromium and Firefox survives graceful restarts without a lost or repeated event', async () => {
  const { published, browsers } = await runRestarts(3);
  assert.ok(published > 0);
  assert.deepEqual(browsers.map(({ name, streams }) => [name, streams]), [['Firefox', 10], ['Chromium', 10]]);
  for (const { name, dead, lost, doubled, behind } of browsers) {
    assert.deepEqual({ name, dead, lost, doubled, behind }, { name, dead: 0, lost: 0, doubled: 0, behind: 0 });
  }
});
