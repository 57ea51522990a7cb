// Opens pages of a hub's origin that contain only the client that the hub serves. The hub's pages forbid scripts, so the browser has to
// bypass that.

import { until } from './until.js';

/** Opens a tab that has loaded the client as `window.sdk`. */
export async function newTab(context, hub) {
  const tab = await context.newPage();
  await tab.goto(`${hub.url}/healthz`);
  await tab.evaluate(async () => {
    window.sdk = await import('/page/longwave.js');
  });
  return tab;
}

/** Subscribes in the tab; `window.heard` collects the data of every event, `window.said` the states, gaps and resets. */
export async function subscribeIn(tab, { how = 'subscribe', ...options }) {
  await tab.evaluate(([name, given]) => {
    window.heard = [];
    window.said = [];
    const subscription = window.subscription = window.sdk[name]('/v1/events', { minDelayMs: 20, maxDelayMs: 500, ...given });
    subscription.on('state', ({ name: state, transport, error }) => window.said.push([state, transport ?? error?.kind ?? null]));
    subscription.on('gap', (gap) => window.said.push(['gap', gap]));
    subscription.on('reset', (reset) => window.said.push(['reset', reset]));
    (async () => {
      for await (const { data } of subscription) {
        window.heard.push(data);
      }
    })().catch((error) => window.said.push(['error', error.kind ?? String(error)]));
  }, [how, options]);
}

export const heardIn = (tab) => tab.evaluate(() => window.heard);

export const saidIn = (tab) => tab.evaluate(() => window.said);

export const isOpenIn = (tab) => until('the subscription is open', () => tab.evaluate(() => window.subscription.state.name === 'open'));

/** Waits until the tab has received exactly these events; the error contains what it received instead. */
export async function untilHeard(tab, expected) {
  let last;
  await until('the events', async () => (last = await heardIn(tab)).length >= expected.length).catch(() => {});
  if (JSON.stringify(last) !== JSON.stringify(expected)) {
    throw new Error(`heard ${JSON.stringify(last)}, expected ${JSON.stringify(expected)}; ${JSON.stringify(await saidIn(tab))}`);
  }
}

export const connections = async (hub) => (await (await fetch(`${hub.url}/readyz`)).json()).connections;
