// Runs the code that the page offers for its stream, as the page writes it: with a type, without one, with a token and without one.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Issuer } from '../../sdk/typescript/test/setup/issuer.js';
import { streamSnippets } from '../../src/Longwave.Server/Page/Files/snippets.js';
import { launch, listen, newPage } from './setup/browser.js';
import { Hub } from './setup/hub.js';
import { connections } from './setup/sdk.js';
import { until } from './setup/until.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const release = join(root, 'artifacts/bin/Longwave/release');

/** A topic and a type that must be escaped. */
const TOPIC = "it's/\"a\\topic ü";
const TYPE = "tick's \"ü\"";
const issuer = new Issuer();
const token = issuer.token('me', { publish: ['*'], subscribe: ['*'] });

let hubs;
let browser;
let folder;
before(async () => {
  [hubs, browser, folder] = await Promise.all([
    Promise.all([Hub.start(), Hub.start(issuer.settings())]), launch(), mkdtemp(join(tmpdir(), 'longwave-snippets-')),
  ]);
});
after(async () => {
  await browser?.close();
  await Promise.all((hubs ?? []).map((hub) => hub.dispose()));
  await rm(folder, { recursive: true, force: true });
  issuer.dispose();
});

const publish = (hub, data, type) => fetch(`${hub.url}/v1/events?${new URLSearchParams({ topic: TOPIC, ...(type ? { type } : {}) })}`, {
  method: 'POST', body: data, headers: { Authorization: `Bearer ${token}` },
});

/** Returns the code of one title, with the token in the place that the user fills. */
function codeOf(hub, title, hasToken) {
  const { code } = streamSnippets({ selectors: [TOPIC, 'other/{name}'], types: [TYPE], hasToken, base: `${hub.url}/` }).find((snippet) => snippet.title.startsWith(title));
  assert.equal(code.includes('$LONGWAVE_TOKEN'), hasToken);
  return title === 'In a shell' || title === 'To publish' ? code : code.replaceAll('$LONGWAVE_TOKEN', token);
}

/** Runs `start`, publishes once its stream is open, and waits until its output has both events. */
async function receives(hub, start) {
  const open = await connections(hub);
  const { output, stop } = await start();
  try {
    await until('the stream', async () => (await connections(hub)) > open);
    await publish(hub, 'untyped data');
    await publish(hub, 'typed data', TYPE);
    await until('both events', () => output().includes('untyped data') && output().includes('typed data') && output().includes(TYPE)).catch((error) => {
      throw new Error(`${error.message}; output: ${output()}`);
    });
  } finally {
    await stop();
  }

  await until('the stream is closed', async () => (await connections(hub)) === open);
}

function startProgram(program, ...args) {
  let text = '';
  const started = spawn(program, args, { env: { ...process.env, LONGWAVE_TOKEN: token } });
  started.stdout.setEncoding('utf8').on('data', (piece) => { text += piece; });
  started.stderr.setEncoding('utf8').on('data', (piece) => { text += piece; });
  const ended = new Promise((resolve) => { started.on('exit', resolve); });
  return { output: () => text, stop: () => started.kill('SIGKILL') && ended };
}

async function startInPage(hub, code) {
  // The pages of the hub forbid scripts; the code is for the reader's own pages.
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  const logged = [];
  page.on('console', (message) => logged.push(message.text()));
  page.on('pageerror', (error) => logged.push(`error: ${error}`));
  await page.goto(`${hub.url}/healthz`);
  await page.addScriptTag({ type: 'importmap', content: JSON.stringify({ imports: { '@longwave/client': '/page/longwave.js' } }) });
  await page.addScriptTag({ type: 'module', content: code });
  return { output: () => logged.join('\n'), stop: () => context.close() };
}

/** Compiles a program as a project with implicit usings does, without the time that a project takes. */
async function compile(name, code) {
  const { stdout } = await run('dotnet', ['--list-runtimes']);
  const [, version, place] = /^Microsoft\.NETCore\.App (10\.\S+) \[(.*)\]$/m.exec(stdout);
  const framework = join(place, version);
  const sdks = join(dirname(dirname(place)), 'sdk');
  const compiler = join(sdks, (await readdir(sdks)).filter((sdk) => sdk.startsWith('10.')).sort().at(-1), 'Roslyn/bincore/csc.dll');
  const libraries = (await readdir(release)).filter((file) => /^Longwave\.(Client|Protocol)\.dll$/.test(file));
  await Promise.all(libraries.map((file) => copyFile(join(release, file), join(folder, file))));
  const references = (await readdir(framework)).filter((file) => /^(System|Microsoft|netstandard).*\.dll$/.test(file)).map((file) => `-r:${join(framework, file)}`);
  const source = join(folder, `${name}.cs`);
  const usings = join(folder, 'usings.cs');
  await writeFile(usings, ['System', 'System.Threading.Tasks'].map((space) => `global using ${space};`).join('\n'));
  await writeFile(source, code);
  const program = join(folder, `${name}.dll`);
  await run('dotnet', [
    compiler, '-nologo', '-nostdlib', '-nullable', `-out:${program}`, ...references, ...libraries.map((file) => `-r:${join(folder, file)}`), usings, source,
  ]).catch((error) => assert.fail(`${error.stdout}\n${code}`));
  return ['exec', '--runtimeconfig', join(release, 'longwave.runtimeconfig.json'), program];
}

for (const [at, hasToken] of [[0, false], [1, true]]) {
  const how = hasToken ? 'with a token' : 'without a token';

  test(`EventSource receives events of all listed types, ${how}`, () =>
    receives(hubs[at], () => startInPage(hubs[at], codeOf(hubs[at], 'EventSource', hasToken))));

  test(`@longwave/client receives all events in a browser, ${how}`, () =>
    receives(hubs[at], () => startInPage(hubs[at], codeOf(hubs[at], '@longwave/client', hasToken))));

  test(`@longwave/client receives all events in Node, ${how}`, () => receives(hubs[at], async () => {
    const file = join(folder, `${at}.mjs`);
    const module = new URL('../../src/Longwave.Server/Page/Files/longwave.js', import.meta.url).href;
    await writeFile(file, codeOf(hubs[at], '@longwave/client', hasToken).replace('@longwave/client', module));
    return startProgram(process.execPath, file);
  }));

  test(`Longwave.Client receives all events, ${how}`, () => receives(hubs[at], async () =>
    startProgram('dotnet', ...(await compile(`app${at}`, codeOf(hubs[at], 'Longwave.Client', hasToken))))));

  test(`curl receives all events and publishes, ${how}`, async () => {
    await receives(hubs[at], () => startProgram('bash', '-c', `exec ${codeOf(hubs[at], 'In a shell', hasToken)}`));
    const { stdout } = await run('bash', ['-c', codeOf(hubs[at], 'To publish', hasToken)], { env: { ...process.env, LONGWAVE_TOKEN: token } });
    assert.match(stdout, /^\{"id":"[0-9a-f]{8}-\d+"\}$/);
  });
}

test('the page lists the types of its stream, and only "Copy with token" copies the token', async () => {
  const { page, troubles } = await newPage(browser, hubs[1]);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.addInitScript((text) => sessionStorage.setItem('longwave-token', text), token);
  await listen(page, hubs[1], TOPIC);
  await publish(hubs[1], 'x', 'price');
  await page.locator('#rows .row').first().waitFor();
  await page.locator('#code summary').click();
  const [first] = await page.locator('#snippets pre').allInnerTexts();
  assert.match(first, /\['message', 'price'\]/);
  assert.ok(!(await page.content()).includes(token));
  const curl = page.locator('#snippets figure').filter({ hasText: 'curl -N' });
  await curl.getByRole('button', { name: 'Copy', exact: true }).click();
  await curl.getByRole('button', { name: 'Copied' }).waitFor();
  assert.match(await clipboard(), /Bearer \$LONGWAVE_TOKEN"/);
  await curl.getByRole('button', { name: 'Copy with token' }).click();
  await until('the token is copied', async () => (await clipboard()).includes(`Bearer ${token}"`));
  assert.deepEqual(troubles, []);
  await page.context().close();
});
