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

test('a file has the last position, and nothing lies beside it', async () => {
  const store = fileStore(join(folder, 'position'));
  assert.equal(await store.load(), null);
  await store.save('0000000a-1');
  await store.save('0000000a-2');
  assert.equal(await store.load(), '0000000a-2');
  assert.equal(await readFile(join(folder, 'position'), 'utf8'), '0000000a-2');
  assert.deepEqual(await readdir(folder), ['position']);
});

test('a file that is empty or far too long holds no position; a folder that is missing is told', async () => {
  const path = join(folder, 'other');
  for (const text of ['', ' \n', 'x'.repeat(5000)]) {
    await writeFile(path, text);
    assert.equal(await fileStore(path).load(), null);
  }

  const lost = fileStore(join(folder, 'missing', 'position'));
  assert.equal(await lost.load(), null);
  await assert.rejects(async () => lost.save('0000000a-1'), { code: 'ENOENT' });
});

test('a storage of the browser, and one that is switched off', () => {
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
