// Restarts a hub gracefully under load, while the native EventSource of Chromium and Firefox receives its events.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { launch } from './browser.js';
import { Firefox } from './firefox.js';
import { Hub } from './hub.js';
import { until } from './until.js';

const TOPIC = 'restarts';

/** Chromium opens six connections to one server in each browser context; one is left for the probe. */
const STREAMS_PER_PAGE = 5;
const CHROMIUM_PAGES = 2;
const FIREFOX_STREAMS = 10;
const PUBLISH_PAUSE_MS = 5;

/** Opens the streams of one page. Each event is a number: the next one is one higher. */
function listen(url, count) {
  const open = () => {
    const stream = { last: null, lost: 0, doubled: 0, unavailable: 0, source: new EventSource(url) };
    stream.source.onmessage = ({ data }) => {
      const number = Number(data);
      if (stream.last !== null && number <= stream.last) {
        stream.doubled++;
        return;
      }

      stream.lost += stream.last === null ? 0 : number - stream.last - 1;
      stream.last = number;
    };
    stream.source.addEventListener('longwave.unavailable', () => stream.unavailable++);
    return stream;
  };
  const streams = Array.from({ length: count }, open);
  let probe;
  const report = ({ source, last, lost, doubled, unavailable }) => ({ state: source.readyState, last, lost, doubled, unavailable });
  window.probe = () => {
    probe = open();
    return true;
  };
  window.closeProbe = () => {
    probe.source.close();
    return true;
  };
  window.report = () => JSON.stringify({ streams: streams.map(report), probe: probe ? report(probe) : null });
  return true;
}

/**
 * The pages in Chromium have another origin than the hub. The page in Firefox has the hub's: Firefox ends an `EventSource` of another origin permanently when the
 * connection is refused, and a restart can take longer than `Engine:RestartTime` on a busy machine.
 * @param {number} restarts Number of graceful restarts.
 * @returns {Promise<{published: number, browsers: {name: string, streams: number, dead: number, lost: number, doubled: number, behind: number, unavailable: number}[]}>}
 */
export async function runRestarts(restarts) {
  const site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html>')).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const origin = `http://127.0.0.1:${site.address().port}`;
  const hub = await Hub.start({ ENGINE__DRAINWINDOW: '00:00:01', ENGINE__RESTARTTIME: '00:00:01', SERVER__ALLOWEDORIGINS__0: origin });
  const chromium = await launch();
  const firefox = await Firefox.launch();
  const load = new Load(hub);
  try {
    const start = (count) => `(${listen})(${JSON.stringify(`${hub.url}/v1/events?topic=${TOPIC}`)}, ${count})`;
    const pages = [{ browser: 'Firefox', page: firefox }];
    await firefox.goto(hub.url);
    await firefox.evaluate(start(FIREFOX_STREAMS));
    for (let i = 0; i < CHROMIUM_PAGES; i++) {
      const page = await (await chromium.newContext()).newPage();
      await page.goto(origin);
      await page.evaluate(start(STREAMS_PER_PAGE));
      pages.push({ browser: 'Chromium', page });
    }

    await untilOpen(pages);
    load.start();
    await until('every stream has a position', async () => (await reports(pages)).every(({ streams }) => streams.every(({ last }) => last !== null)));
    const totals = new Map();
    for (let i = 0; i < restarts; i++) {
      const stopping = hub.stop('SIGTERM');
      await Promise.all(pages.map(({ page }) => page.evaluate('window.probe()')));
      await stopping;
      await hub.run();
      count(totals, await untilOpen(pages));
      await Promise.all(pages.map(({ page }) => page.evaluate('window.closeProbe()')));
    }

    const published = await load.end();
    await until('every stream has every event', async () => (await reports(pages)).every(({ streams }) => streams.every(({ state, last }) => state === 2 || last === published))).catch(() => {});
    return { published, browsers: summary(await reports(pages), totals, published) };
  } finally {
    await load.end();
    await firefox.close();
    await chromium.close();
    await hub.dispose();
    site.close();
  }
}

const reports = (pages) => Promise.all(pages.map(async ({ browser, page }) => ({ browser, ...JSON.parse(await page.evaluate('window.report()')) })));

/** Waits until every stream is open or has ended permanently. */
async function untilOpen(pages) {
  let last;
  await until('every stream is open again', async () => {
    last = await reports(pages);
    return last.every(({ streams, probe }) => [...streams, ...(probe ? [probe] : [])].every(({ state }) => state !== 0));
  });
  return last;
}

/** Counts the probes: streams that a page opened while the hub drained. */
function count(totals, last) {
  for (const { browser, probe } of last) {
    const total = totals.get(browser) ?? { dead: 0, unavailable: 0 };
    totals.set(browser, { dead: total.dead + (probe.state === 2), unavailable: total.unavailable + probe.unavailable });
  }
}

function summary(last, totals, published) {
  const all = new Map();
  for (const { browser, streams } of last) {
    const total = all.get(browser) ?? { name: browser, streams: 0, lost: 0, doubled: 0, behind: 0, ...totals.get(browser) };
    all.set(browser, total);
    for (const { state, last: newest, lost, doubled, unavailable } of streams) {
      total.streams++;
      total.dead += state === 2;
      total.lost += lost;
      total.doubled += doubled;
      total.behind += newest !== published;
      total.unavailable += unavailable;
    }
  }

  return [...all.values()];
}

/** Publishes 1, 2, 3 … to one topic until the end. */
class Load {
  #hub;
  #published = 0;
  #isOver = false;
  #running = Promise.resolve();

  constructor(hub) {
    this.#hub = hub;
  }

  start() {
    this.#running = this.#run();
  }

  async #run() {
    while (!this.#isOver) {
      await this.#hub.publishThrough(TOPIC, this.#published + 1);
      this.#published++;
      await new Promise((resolve) => setTimeout(resolve, PUBLISH_PAUSE_MS));
    }
  }

  async end() {
    this.#isOver = true;
    await this.#running;
    return this.#published;
  }
}
