import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { launch, newPage } from './setup/browser.js';
import { Hub } from './setup/hub.js';

let hub;
let browser;
before(async () => {
  hub = await Hub.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

test('every file of the page has the policy, its type and an entity tag', async () => {
  const index = await (await fetch(`${hub.url}/`)).text();
  const files = [...index.matchAll(/(?:href|src)="(page\/[^"]+)"/g)].map((match) => match[1]);

  // The page names all of its files, so that a browser requests them at once instead of one level of imports after the other.
  const folder = new URL('../../src/Longwave.Server/Page/Files/', import.meta.url);
  assert.deepEqual(files.toSorted(), (await readdir(folder)).filter((name) => name !== 'index.html').map((name) => `page/${name}`).toSorted());

  for (const path of ['', ...files]) {
    const response = await fetch(`${hub.url}/${path}`);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('Content-Security-Policy'), POLICY);
    assert.equal(response.headers.get('X-Content-Type-Options'), 'nosniff');
    assert.equal(response.headers.get('Referrer-Policy'), 'no-referrer');
    assert.match(response.headers.get('Content-Type'), path.endsWith('.js') ? /^text\/javascript/ : path.endsWith('.css') ? /^text\/css/ : /^(text\/html|image\/svg)/);
    assert.ok((await response.arrayBuffer()).byteLength > 0);

    const tag = response.headers.get('ETag');
    const again = await fetch(`${hub.url}/${path}`, { headers: { 'If-None-Match': `"other", W/${tag}` } });
    assert.equal(again.status, 304);
    assert.equal(await again.text(), '');
  }
});

test('HEAD has no body; other methods and other files are rejected', async () => {
  const head = await fetch(`${hub.url}/`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.ok(Number(head.headers.get('Content-Length')) > 1000);
  assert.equal(await head.text(), '');

  const post = await fetch(`${hub.url}/`, { method: 'POST', body: 'x' });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('Allow'), 'GET, HEAD, OPTIONS');
  for (const name of ['index.html', 'nothing.js', '..%2fpage.js', '%00']) {
    assert.ok([400, 404].includes((await fetch(`${hub.url}/page/${name}`)).status), name);
  }
});

test('the page loads without a violation and sends requests only to the hub', async () => {
  const { page, troubles } = await newPage(browser, hub);
  await page.goto(hub.url);
  await page.getByText('This hub has no events yet').waitFor();
  assert.equal(await page.title(), 'Longwave');
  assert.deepEqual(troubles, []);
  await page.context().close();
});

test('the policy holds: a script in the markup and one from elsewhere do not run', async () => {
  const { page, troubles } = await newPage(browser, hub);
  await page.goto(hub.url);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inline = true';
    document.body.append(script);
    const button = document.createElement('button');
    button.setAttribute('onclick', 'window.handler = true');
    document.body.append(button);
    button.click();
  });
  assert.equal(await page.evaluate(() => window.inline ?? window.handler ?? 'nothing ran'), 'nothing ran');
  assert.equal(troubles.filter((trouble) => trouble.includes('Content Security Policy')).length, 2);
  await page.context().close();
});

test('the page can be switched off', async () => {
  const bare = await Hub.start({ SERVER__PAGE: 'false' });
  try {
    assert.equal((await fetch(`${bare.url}/`)).status, 404);
    assert.equal((await fetch(`${bare.url}/page/page.js`)).status, 404);
    assert.equal((await fetch(`${bare.url}/v1/topics`)).status, 200);
  } finally {
    await bare.dispose();
  }
});
