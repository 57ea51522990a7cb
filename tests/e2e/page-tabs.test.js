// Tests that the pages of all tabs share one connection. A browser opens only six HTTP/1.1 connections to a hub.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Issuer } from '../../sdk/typescript/test/setup/issuer.js';
import { isLive, launch, listen, newPage, untilShown } from './setup/browser.js';
import { Chromium } from './setup/chromium.js';
import { Firefox } from './setup/firefox.js';
import { Hub } from './setup/hub.js';
import { connections } from './setup/sdk.js';
import { until } from './setup/until.js';

const TABS = 7;
const INSECURE = 'hub.test';
const issuer = new Issuer();

let hub;
let guarded;
let browser;
before(async () => {
  [hub, guarded, browser] = await Promise.all([
    Hub.start({ ENGINE__HEARTBEAT: '00:00:01', SERVER__ALLOWEDHOSTS__0: INSECURE }),
    Hub.start(issuer.settings()),
    launch(),
  ]);
});
after(async () => {
  await browser?.close();
  await Promise.all([hub?.dispose(), guarded?.dispose()]);
  issuer.dispose();
});

const untilOneConnection = () => until('one connection', async () => (await connections(hub)) === 1);

test('seven tabs are live through one connection, and another one leads when a tab is closed', async () => {
  const { page: first, troubles } = await newPage(browser, hub);
  const tabs = [first];
  await listen(first, hub, 'tabs/0');
  for (let i = 1; i < TABS; i++) {
    const tab = await first.context().newPage();
    await listen(tab, hub, `tabs/${i}`);
    tabs.push(tab);
  }

  await untilOneConnection();
  for (let i = 0; i < TABS; i++) {
    await hub.publish(`tabs/${i}`, `to ${i}`);
  }

  await Promise.all(tabs.map((tab, i) => untilShown(tab, [`to ${i}`])));

  // The first tab leads. No tab shows the change as a broken stream.
  await first.close();
  for (let i = 1; i < TABS; i++) {
    await hub.publish(`tabs/${i}`, `again ${i}`);
  }

  await Promise.all(tabs.slice(1).map((tab, i) => untilShown(tab, [`to ${i + 1}`, `again ${i + 1}`])));
  await untilOneConnection();
  assert.equal(await tabs[1].locator('.notice[data-kind=resumed]').count(), 0);
  assert.deepEqual(troubles, []);
  await tabs[1].context().close();
});

test('after a restart of the hub every tab resumes, and "Reconnect now" works in each', async () => {
  const slow = await Hub.start({ ENGINE__RETRYMIN: '01:00:00', ENGINE__RETRYMAX: '01:00:00' });
  try {
    const { page: first } = await newPage(browser, slow);
    const second = await first.context().newPage();
    await listen(first, slow, 'restart');
    await listen(second, slow, 'restart');
    await slow.stop('SIGKILL');
    await Promise.all([first, second].map((tab) => tab.locator('#state[data-state=waiting]').waitFor()));
    await slow.run();
    await slow.publish('restart', 'missed');
    await second.getByRole('button', { name: 'Reconnect now' }).click();
    await Promise.all([first, second].map((tab) => untilShown(tab, ['missed'])));
    assert.equal(await second.locator('.notice[data-kind=resumed]').count(), 1);
    await first.context().close();
  } finally {
    await slow.dispose();
  }
});

test('tabs with different tokens do not share a connection: none reads with the rights of another', async () => {
  const all = issuer.token('all', { subscribe: ['*'], publish: ['*'] });
  const open = async (context, token) => {
    const tab = await context.newPage();
    await tab.addInitScript((text) => sessionStorage.setItem('longwave-token', text), token);
    await tab.goto(`${guarded.url}/?topic=*`);
    await isLive(tab);
    return tab;
  };
  const { page: blank, troubles } = await newPage(browser, guarded);
  const context = blank.context();
  const first = await open(context, all);
  const second = await open(context, issuer.token('some', { subscribe: ['open'] }));
  const publish = (topic) => fetch(`${guarded.url}/v1/events?topic=${topic}`, { method: 'POST', body: topic, headers: { Authorization: `Bearer ${all}` } });
  assert.equal(await connections(guarded), 2);
  await publish('closed');
  await publish('open');
  await untilShown(first, ['closed', 'open']);
  await untilShown(second, ['open']);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('Firefox: the seventh tab is live, too', async () => {
  // The default of Firefox.
  const firefox = await Firefox.launch({ 'network.http.max-persistent-connections-per-server': 6 });
  try {
    const tabs = [];
    for (let i = 0; i < 7; i++) {
      const { handle } = await firefox.send('WebDriver:NewWindow', { type: 'tab', focus: true });
      await firefox.send('WebDriver:SwitchToWindow', { handle, focus: true });
      await firefox.goto(`${hub.url}/?topic=firefox`);
      await until(`tab ${i} is live`, () => firefox.evaluate("document.getElementById('state')?.dataset.state === 'live'"));
      tabs.push(handle);
    }

    await untilOneConnection();
    await hub.publish('firefox', 'for all');
    for (const handle of tabs) {
      await firefox.send('WebDriver:SwitchToWindow', { handle, focus: true });
      await until('the event', () => firefox.evaluate("document.querySelector('#rows .data')?.textContent === 'for all'"));
    }
  } finally {
    await firefox.close();
  }
});

test('an insecure page, where tabs cannot share: only the visible tab has a stream, and a hidden one misses nothing', async () => {
  const chromium = await Chromium.launch([`--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`]);
  try {
    const tabs = [];
    for (let i = 0; i < TABS; i++) {
      const tab = await chromium.newTab(`http://${INSECURE}:${hub.port}/?topic=insecure`);
      await tab.show();
      await until(`tab ${i} is live`, () => tab.evaluate("document.getElementById('state')?.dataset.state === 'live'"));
      tabs.push(tab);
    }

    assert.equal(await tabs[0].evaluate('isSecureContext'), false);
    await untilOneConnection();
    await hub.publish('insecure', 'for all');
    for (const tab of [tabs.at(-1), tabs[0]]) {
      await tab.show();
      await until('the event', () => tab.evaluate("document.querySelector('#rows .data')?.textContent === 'for all'"));
    }
  } finally {
    await chromium.close();
  }
});
