// Restarts a hub under load, while every client of the groups receives its events.

import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { Issuer } from '../../../sdk/typescript/test/setup/issuer.js';
import { launch } from './browser.js';
import { GROUPS } from './clients/groups.js';
import { BlazorPlace, blazorSite, Bundles, PagePlace, ProgramPlace, WorkerPlace } from './clients/places.js';
import { Firefox } from './firefox.js';
import { Hub } from './hub.js';
import { Load } from './load.js';
import { Site } from './site.js';

/** Topic of the clients without a token, and of those with one. Each event has both. */
const [OPEN, CLOSED] = ['open', 'closed'];
const PUBLISH_PAUSE_MS = 5;
const REPORT_EVERY_MS = 100;

/** Time without an event after which a client counts as dead. */
const SILENCE_LIMIT_MS = 60_000;
const TOKEN_SECONDS = 6 * 3600;

const SETTINGS = {
  ENGINE__RETRYMIN: '00:00:00.050',
  ENGINE__RETRYMAX: '00:00:00.200',
  ENGINE__DRAINWINDOW: '00:00:00.500',
  ENGINE__RESTARTTIME: '00:00:01',
  AUTH__ANONYMOUS__SUBSCRIBE__0__TOPIC: OPEN,
};

/** Tabs in the background are as fast as the one in front. */
const FIREFOX_SETTINGS = { 'dom.min_background_timeout_value': 4, 'dom.timeout.enable_budget_timer_throttling': false };

/**
 * Restarts the hub gracefully (SIGTERM), then hard (SIGKILL), a number of times each. A restart is over when every client has received an event of the new process.
 * @param {number} restarts Number of restarts of each kind.
 * @param {(text: string) => void} log Receives the progress.
 */
export async function runRestarts(restarts, log = () => {}) {
  const run = new RestartRun();
  try {
    await run.start();
    log(`${run.size} clients receive events`);
    const graceful = await run.restart('SIGTERM', restarts, log);
    const hard = await run.restart('SIGKILL', restarts, log);
    return { versions: run.versions(), restarts, ...await run.finish(graceful, hard) };
  } finally {
    await run.dispose();
  }
}

class RestartRun {
  #issuer = new Issuer();
  #disposals = [() => this.#issuer.dispose()];
  #groups = [];
  #silent = new Set();
  #hub;
  #load;
  #chromium;
  #firefox;

  get size() {
    return this.#groups.flatMap(({ clients }) => clients).length;
  }

  versions() {
    return {
      chromium: this.#chromium.version(),
      firefox: this.#firefox.version,
      node: process.versions.node,
      curl: execFileSync('curl', ['--version'], { encoding: 'utf8' }).split(' ')[1],
    };
  }

  async start() {
    const sites = { site: await Site.start(), 'net10.0': await blazorSite('net10.0'), 'net8.0': await blazorSite('net8.0') };
    this.#disposals.push(() => Promise.all(Object.values(sites).map((site) => site.stop())));
    const origins = Object.fromEntries(Object.values(sites).map(({ origin }, i) => [`SERVER__ALLOWEDORIGINS__${i}`, origin]));
    this.#hub = await Hub.start({ ...SETTINGS, ...origins, ...this.#issuer.settings() });
    this.#disposals.push(() => this.#hub.dispose());
    const bundles = await Bundles.make();
    this.#disposals.push(() => bundles.remove());
    this.#chromium = await launch();
    this.#disposals.push(() => this.#chromium.close());
    this.#firefox = await Firefox.launch(FIREFOX_SETTINGS);
    this.#disposals.push(() => this.#firefox.close());
    for (const group of GROUPS) {
      const clients = group.clients.map((client) => this.#clientOf(client, group));
      const place = await this.#place(group, clients, bundles, sites);
      this.#disposals.push(() => place.stop());
      this.#groups.push({ ...group, place });
    }

    const token = this.#issuer.token('publisher', { publish: [OPEN, CLOSED] }, TOKEN_SECONDS);
    this.#load = new Load((data) => this.#hub.publishThrough([OPEN, CLOSED], data, { token }), PUBLISH_PAUSE_MS);
    this.#disposals.push(() => this.#load.end());
    await this.#everyClientReceives(1);
  }

  /** Restarts the hub and returns the receipts after it. */
  async restart(signal, count, log) {
    for (let i = 1; i <= count; i++) {
      const stopping = this.#hub.stop(signal);
      if (signal === 'SIGTERM') {
        await Promise.all(this.#groups.map(({ place }) => place.reopen?.()));
      }

      await stopping;
      await this.#hub.run();
      await this.#everyClientReceives(this.#load.published + 1);
      const dead = (await this.#report()).filter(({ isDead }) => isDead).length;
      log(`${signal} ${i} of ${count}: ${this.#load.published} events, ${dead} clients dead`);
    }

    return this.#report();
  }

  async finish(graceful, hard) {
    const events = await this.#load.end();
    await this.#everyClientReceives(events);
    const last = await this.#report();
    const clients = this.#groups.flatMap(({ name, origin, clients: all }) => all.map(({ client, transport, auth, note }) => ({ client, runsIn: name, origin, transport, auth, note })));
    return {
      events,
      clients: clients.map((client, i) => ({
        ...client, graceful: difference(graceful[i], { lost: 0, repeated: 0 }), hard: difference({ ...last[i], isDead: hard[i].isDead || last[i].isDead }, graceful[i]),
        unavailable: last[i].unavailable || undefined, ended: last[i].ended ?? undefined,
      })),
    };
  }

  async dispose() {
    for (const dispose of this.#disposals.reverse()) {
      await dispose();
    }
  }

  #clientOf({ hasToken, client, transport, auth, note, ...options }, { origin }) {
    const hub = origin === 'cookie' ? this.#hub.url.replace('127.0.0.1', 'localhost') : this.#hub.url;
    return { ...options, hub, ...(hasToken ? { topic: CLOSED, token: this.#issuer.token(`${client} ${auth}`, { subscribe: [CLOSED] }, TOKEN_SECONDS) } : { topic: OPEN }) };
  }

  async #place(group, clients, bundles, sites) {
    switch (group.place) {
      case 'chromium': {
        const context = await this.#chromium.newContext({ bypassCSP: true });
        const page = await context.newPage();
        if (group.origin === 'cookie') {
          await context.addCookies([{ name: 'longwave_token', value: clients[0].token, url: clients[0].hub, httpOnly: true, sameSite: 'Strict' }]);
        }

        await page.goto(group.origin === 'site' ? sites.site.origin : `${clients[0].hub}/healthz`);
        return PagePlace.start(page, bundles, clients);
      }

      case 'firefox': {
        const tab = await this.#firefox.newTab();
        await tab.goto(group.origin === 'site' ? sites.site.origin : clients[0].hub);
        if (group.origin === 'cookie') {
          await tab.evaluate(`document.cookie = 'longwave_token=${clients[0].token}; path=/; SameSite=Strict'`);
        }

        return PagePlace.start(tab, bundles, clients);
      }

      case 'blazor': {
        const page = await (await this.#chromium.newContext()).newPage();
        await page.goto(sites[group.framework].origin);
        return BlazorPlace.start(page, clients);
      }

      case 'node':
        return WorkerPlace.start(bundles, group, clients);
      default:
        return ProgramPlace.start(clients);
    }
  }

  /** The receipts of all clients; a client that has ended, or receives nothing more, is dead. */
  async #report() {
    const receipts = (await Promise.all(this.#groups.map(({ place }) => place.report()))).flat();
    return receipts.map((receipt, i) => ({ ...receipt, isDead: receipt.ended !== null || this.#silent.has(i) }));
  }

  /** Waits until every client has received this event, has ended, or takes longer than the limit: then it counts as dead. */
  async #everyClientReceives(number) {
    const end = performance.now() + SILENCE_LIMIT_MS;
    for (;;) {
      const receipts = await this.#report();
      const behind = receipts.flatMap(({ isDead, last }, i) => (isDead || last >= number ? [] : [i]));
      if (behind.length === 0) {
        return;
      }

      if (performance.now() > end) {
        behind.forEach((i) => this.#silent.add(i));
        return;
      }

      await setTimeout(REPORT_EVERY_MS);
    }
  }
}

const difference = (after, before) => ({ dead: Number(after.isDead), lost: after.lost - before.lost, repeated: after.repeated - before.repeated });
