// Tests the page of a hub that requires authentication.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Issuer } from '../../sdk/typescript/test/setup/issuer.js';
import { launch, newPage, untilSame } from './setup/browser.js';
import { Hub } from './setup/hub.js';

const issuer = new Issuer();
let hub;
let browser;
before(async () => {
  hub = await Hub.start(issuer.settings());
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
  issuer.dispose();
});

/** The problem with which the hub rejects a token. */
const rejection = async (token) => (await fetch(`${hub.url}/v1/topics`, { headers: { Authorization: `Bearer ${token}` } })).json();

test('the page requests a token, reports a rejected one, and shows the granted topics of a valid one', async () => {
  const token = issuer.token('me', { publish: ['demo'], subscribe: ['demo'] });
  const publish = (data) => fetch(`${hub.url}/v1/events?topic=demo&private=true`, { method: 'POST', body: data, headers: { Authorization: `Bearer ${token}` } });
  await publish('before');
  const { page, troubles } = await newPage(browser, hub);
  await page.goto(hub.url);
  const card = page.getByRole('region', { name: 'Authentication required' });
  await card.waitFor();
  await page.getByText('Token required').first().waitFor();
  assert.equal(await page.getByText('is unreachable').count(), 0);

  const field = page.getByLabel('Token', { exact: true });
  await field.fill('broken');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'The hub rejected this token' }).waitFor();
  await untilSame('the reason', () => page.locator('#token-problem').innerText(), (await rejection('broken')).detail);
  assert.equal(await page.locator('#token-problem').evaluate((problem) => getComputedStyle(problem).color), 'rgb(179, 38, 30)');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'token-text');
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await field.fill(issuer.token('me', { subscribe: ['demo'] }, -60));
  await page.keyboard.press('Enter');
  await page.locator('#token-problem').getByText(/expired/).waitFor();

  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('option', { name: 'demo' }).click();
  await page.getByLabel('Show from').selectOption('earliest');
  await page.getByText('before', { exact: true }).waitFor();
  assert.equal(await page.locator('#token-card').isVisible(), false);
  assert.equal(await page.locator('#who-name').innerText(), 'me');

  await page.getByLabel('Data').fill('from the page');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('from the page', { exact: true }).last().waitFor();
  await page.getByText('Appended at').waitFor();

  // The token is stored for this tab only.
  await page.reload();
  await page.getByText(/^Live, resumed at /).first().waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  assert.ok(!(await page.content()).includes(token));
  assert.deepEqual(troubles, []);
});

test('the token can be changed and forgotten, and the old one is used until the hub has accepted the new one', async () => {
  const { page, troubles } = await newPage(browser, hub);
  await page.addInitScript((text) => sessionStorage.getItem('longwave-token') ?? sessionStorage.setItem('longwave-token', text), issuer.token('first', { subscribe: ['demo'] }));
  await page.goto(`${hub.url}/?topic=demo`);
  await page.locator('#state[data-state=live]').waitFor();
  const name = page.locator('#who-name');
  assert.equal(await name.innerText(), 'first');
  assert.match(await name.getAttribute('title'), /^The token expires /);

  await page.getByRole('button', { name: 'Change token' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'token-text');
  await page.keyboard.type('not valid');
  await page.keyboard.press('Enter');
  await page.locator('#token-problem').getByText('A token consists of').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'token-change');
  assert.equal(await name.innerText(), 'first');
  assert.equal(await page.locator('#state').getAttribute('data-state'), 'live');

  await page.getByRole('button', { name: 'Change token' }).click();
  await page.getByLabel('Token', { exact: true }).fill(issuer.token('second', { subscribe: ['demo'] }));
  await page.keyboard.press('Enter');
  await untilSame('the name', () => name.innerText(), 'second');
  await page.locator('#state[data-state=live]').waitFor();

  await page.getByRole('button', { name: 'Change token' }).click();
  await page.getByRole('button', { name: 'Forget the token' }).click();
  await page.getByRole('region', { name: 'Authentication required' }).waitFor();
  assert.equal(await name.innerText(), 'No token');
  assert.deepEqual(troubles, []);
  await page.context().close();
});

test('a page whose subject is revoked reports it and does not reconnect', async () => {
  const token = issuer.token('mallory', { subscribe: ['demo'] });
  const { page, troubles } = await newPage(browser, hub);
  await page.addInitScript((text) => sessionStorage.setItem('longwave-token', text), token);
  await page.goto(`${hub.url}/?topic=demo`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  const answer = await fetch(`${hub.url}/v1/revocations`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${issuer.token('root', { admin: true })}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ sub: 'mallory' }),
  });
  assert.equal(answer.status, 201);
  await page.getByText('Rejected.').waitFor();
  assert.deepEqual(troubles, []);
});
