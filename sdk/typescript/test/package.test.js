// Tests the package as an application installs it.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { Hub } from '../../../tests/e2e/setup/hub.js';
import { until } from './setup/until.js';

const runProgram = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const CORE_BYTES = 6_656;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwave-package-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('the subscribing core is at most 6,656 bytes in a compressed bundle', async (context) => {
  const { outputFiles } = await build({
    stdin: { contents: "export { subscribe } from './dist/index.js';", resolveDir: root },
    bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser', write: false,
  });
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  context.diagnostic(`core: ${bytes} bytes compressed`);
  assert.ok(bytes <= CORE_BYTES, `${bytes} bytes`);
  assert.ok(bytes > 1000);
});

test('the package has no dependencies, and every entry has types', async () => {
  const { dependencies, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.equal(dependencies, undefined);
  for (const path of Object.values(exports)) {
    assert.ok((await readFile(join(root, path.replace(/\.js$/, '.d.ts')), 'utf8')).length > 0);
  }
});

test('packed and installed into an empty project, the snippets of the README run', async () => {
  const { stdout } = await runProgram('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const packed = JSON.parse(stdout);
  const { filename, files } = Object.values(packed)[0];
  const names = files.map(({ path }) => path);
  assert.ok(names.includes('LICENSE') && names.includes('README.md') && names.includes('dist/index.d.ts'));
  assert.deepEqual(names.filter((name) => !/^(dist\/.*\.(js|d\.ts)|LICENSE|README\.md|package\.json)$/.test(name)), []);

  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await runProgram('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', join(folder, filename)], { cwd: project });

  const hub = await Hub.start();
  try {
    const snippets = [...(await readFile(join(root, 'README.md'), 'utf8')).matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => match[1].replaceAll('http://localhost:8080', hub.url));
    assert.equal(snippets.length, 2);
    assert.ok(snippets[0].trimEnd().split('\n').length <= 5, 'a first subscription is five lines');
    await Promise.all(snippets.map((code, i) => writeFile(join(project, `${i}.js`), code)));

    const listening = spawn(process.execPath, ['0.js'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    let heard = '';
    listening.stdout.setEncoding('utf8').on('data', (text) => {
      heard += text;
    });
    const gone = once(listening, 'exit');
    try {
      await until('the stream', async () => (await (await fetch(`${hub.url}/readyz`)).json()).connections === 1);
      const { stdout: published } = await runProgram(process.execPath, ['1.js'], { cwd: project });
      await until('the event', () => heard.endsWith('\n'));
      assert.equal(heard, `${published.trim()} hello\n`);
    } finally {
      listening.kill();
      await gone;
    }

    // A project with strict compiler settings accepts the types.
    await writeFile(join(project, 'use.ts'), `
      import { subscribe, type LongwaveEvent } from '@longwave/client';
      import { Publisher } from '@longwave/client/publisher';
      import { subscribeShared } from '@longwave/client/tabs';
      interface Price { bid: number }
      export async function use(): Promise<void> {
        for await (const { data, id } of subscribe<Price>('http://h/v1/events', { topics: ['prices/{symbol}'], decode: JSON.parse })) {
          const bid: number = data.bid;
          console.log(bid, id);
        }
        for await (const event of subscribeShared('/v1/events', { topics: 't' })) {
          const typed: LongwaveEvent<string> = event;
          // @ts-expect-error text has no bid
          console.log(typed.data.bid);
        }
        // @ts-expect-error no such option
        subscribe('/v1/events', { topic: 't' });
        const { duplicate } = await new Publisher('/v1/events').publish('t', { any: 'thing' });
        console.log(duplicate satisfies boolean);
      }`);
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await runProgram(process.execPath, [compiler, '--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,dom,dom.iterable', '--types', '', 'use.ts'], { cwd: project })
      .catch((error) => assert.fail(error.stdout));
  } finally {
    await hub.dispose();
  }
});
