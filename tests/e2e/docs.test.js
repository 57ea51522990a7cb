// Runs every js snippet of README.md and docs/ in a real browser, on a page of a real hub. Each must log the event that is then published
// to `demo`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../..');
const patienceMs = 20_000;
let hub, hubUrl, folder, browser;

async function documents() {
  const below = await readdir(path.join(root, 'docs'), { recursive: true });
  return ['README.md', ...below.filter(name => name.endsWith('.md')).map(name => path.join('docs', name)).sort()];
}

async function snippets() {
  const found = [];
  for (const name of await documents()) {
    const text = await readFile(path.join(root, name), 'utf8');
    for (const match of text.matchAll(/^```js\n([\s\S]*?)^```$/gm)) {
      found.push({ name, line: text.slice(0, match.index).split('\n').length, code: match[1] });
    }
  }
  return found;
}

async function until(condition, what) {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() >= deadline) {
      assert.fail(`timed out waiting for ${typeof what === 'string' ? what : await what()}`);
    }

    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longwave-docs-'));
  const program = path.join(root, 'artifacts/bin/Longwave/release/longwave.dll');
  hub = spawn('dotnet', [program, 'serve', '--urls', 'http://127.0.0.1:0', '--data', path.join(folder, 'data')], { stdio: ['ignore', 'pipe', 'ignore'] });
  createInterface({ input: hub.stdout }).on('line', line => { hubUrl ??= /listens on (http:\S+)/.exec(line)?.[1]; });
  await until(() => hubUrl || hub.exitCode !== null, 'the hub');
  assert.ok(hubUrl, 'the hub said where it listens');
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'] });
});

after(async () => {
  await browser?.close();
  if (hub && hub.exitCode === null) {
    hub.kill('SIGKILL');
    await once(hub, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

// `@longwave/client` and its parts are one module that the hub serves.
const parts = ['', '/attention', '/event-source', '/publisher', '/stores', '/tabs', '/telemetry'];
const imports = Object.fromEntries(parts.map(part => [`@longwave/client${part}`, '/page/longwave.js']));

const connections = async () => (await (await fetch(`${hubUrl}/readyz`)).json()).connections;

test('the documents contain snippets', async () => assert.ok((await snippets()).length > 0));

for (const { name, line, code } of await snippets()) {
  test(`${name}:${line} logs the event`, async () => {
    // Pages of the hub forbid scripts; the snippets are for the reader's own pages.
    const context = await browser.newContext({ bypassCSP: true });
    try {
      const page = await context.newPage();
      const logged = [];
      page.on('console', message => logged.push(message.text()));
      page.on('pageerror', error => logged.push(`error: ${error}`));
      // A snippet that logs nothing is explained by its requests.
      page.on('request', request => logged.push(`> ${request.url()}`));
      page.on('response', response => logged.push(`< ${response.status()} ${response.url()}`));
      page.on('requestfailed', request => logged.push(`! ${request.url()} ${request.failure()?.errorText}`));
      await page.goto(`${hubUrl}/healthz`);
      const open = await connections();
      if (/^import |\bawait /.test(code)) {
        await page.addScriptTag({ type: 'importmap', content: JSON.stringify({ imports }) });
        await page.addScriptTag({ type: 'module', content: code });
      } else {
        await page.addScriptTag({ content: `{\n${code}\n}` });
      }
      // The hub counts a stream before it decides where the stream starts. It sends the head of the response with the start.
      const isStarted = () => logged.some(text => /^< 200 \S+\/(v1\/events|\.well-known\/mercure)\?/.test(text));
      await until(async () => isStarted() && (await connections()) > open, `the stream of ${name}:${line}`);
      await fetch(`${hubUrl}/v1/events?topic=demo`, { method: 'POST', body: `for ${name}:${line}` });
      const isLogged = () => logged.some(text => text.includes(`for ${name}:${line}`));
      await until(isLogged, async () => `'for ${name}:${line}' among ${JSON.stringify(logged)}; streams of the hub: ${await (await fetch(`${hubUrl}/v1/connections`)).text()}`);
      assert.deepEqual(logged.filter(text => text.startsWith('error:')), []);
    } finally {
      await context.close();
    }
  });
}
