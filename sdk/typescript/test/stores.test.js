import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileStore } from '../dist/node.js';
import { webStore } from '../dist/stores.js';

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwave-store-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a file contains the last position, and no other file remains', async () => {
  const store = fileStore(join(folder, 'position'));
  assert.equal(await store.load(), null);
  await store.save('0000000a-1');
  await store.save('0000000a-2');
  assert.equal(await store.load(), '0000000a-2');
  assert.equal(await readFile(join(folder, 'position'), 'utf8'), '0000000a-2');
  assert.deepEqual(await readdir(folder), ['position']);
});

test('an empty or oversized file has no position; a missing folder is an error', async () => {
  const path = join(folder, 'other');
  for (const text of ['', ' \n', 'x'.repeat(5000)]) {
    await writeFile(path, text);
    assert.equal(await fileStore(path).load(), null);
  }

  const lost = fileStore(join(folder, 'missing', 'position'));
  assert.equal(await lost.load(), null);
  await assert.rejects(async () => lost.save('0000000a-1'), { code: 'ENOENT' });
});

test('browser storage, also when it is disabled', () => {
  const kept = new Map();
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  const store = webStore('mine', () => storage);
  assert.equal(store.load(), null);
  store.save('0000000a-1');
  assert.equal(store.load(), '0000000a-1');
  assert.equal(webStore('other', () => storage).load(), null);
  const off = webStore('mine', () => {
    throw new Error('SecurityError');
  });
  assert.equal(off.load(), null);
});
