// What runs the clients of a group. Each place starts them, and reports their receipts in their order.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { Site } from '../site.js';
import { curl, tail } from './programs.js';
import { Receipt } from './receipt.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The code of the clients, bundled from its sources: for pages as a text, for threads as a file. */
export class Bundles {
  static async make() {
    const bundles = new Bundles();
    bundles.folder = await mkdtemp(join(tmpdir(), 'longwave-clients-'));
    bundles.worker = join(bundles.folder, 'worker.mjs');
    const { outputFiles: [page] } = await build({ entryPoints: [here('page.js')], bundle: true, write: false, format: 'iife', target: 'es2022' });
    bundles.page = page.text;
    await build({ entryPoints: [here('worker.js')], bundle: true, outfile: bundles.worker, format: 'esm', platform: 'node', target: 'es2022' });
    return bundles;
  }

  remove() {
    return rm(this.folder, { recursive: true });
  }
}

/** A page of a browser. */
export class PagePlace {
  #page;

  static async start(page, bundles, clients) {
    const place = new PagePlace();
    place.#page = page;
    await page.evaluate(`(() => { ${bundles.page}\nwindow.startClients(${JSON.stringify(clients)}); })()`);
    return place;
  }

  async report() {
    return JSON.parse(await this.#page.evaluate('window.reportClients()'));
  }

  /** Lets the clients that open new sources do so now. */
  reopen() {
    return this.#page.evaluate('window.reopenClients()');
  }

  async stop() {}
}

/** A site with the application in Blazor WebAssembly, as the build of the solution wrote it. */
export const blazorSite = (framework) => Site.start([here('../../blazor/wwwroot'), here(`../../../../artifacts/bin/Longwave.BlazorApp/release_${framework}/wwwroot`)]);

/** A page with the application in Blazor WebAssembly. */
export class BlazorPlace {
  #page;
  #receipts;

  static async start(page, clients) {
    const place = new BlazorPlace();
    [place.#page, place.#receipts] = [page, clients.map(() => new Receipt())];
    await page.evaluate(() => globalThis.Blazor.start());
    await page.evaluate((all) => Promise.all(all.map(({ hub, topic, token, polls }, i) =>
      globalThis.DotNet.invokeMethodAsync('Longwave.BlazorApp', 'Start', String(i), hub, topic, token ?? null, !!polls))), clients);
    return place;
  }

  async report() {
    const taken = await this.#page.evaluate((count) => Promise.all(Array.from({ length: count }, (_, i) =>
      globalThis.DotNet.invokeMethodAsync('Longwave.BlazorApp', 'Take', String(i)))), this.#receipts.length);
    taken.forEach(({ data, end }, i) => {
      data.forEach((number) => this.#receipts[i].take(number));
      if (end !== null) {
        this.#receipts[i].end(end);
      }
    });
    return this.#receipts;
  }

  async stop() {}
}

/** A thread of Node. */
export class WorkerPlace {
  #worker;
  #waiting = [];

  static async start(bundles, group, clients) {
    const place = new WorkerPlace();
    place.#worker = new Worker(bundles.worker, { workerData: { clients, isReactNative: group.isReactNative } });
    place.#worker.on('message', (receipts) => place.#waiting.shift()(receipts));
    return place;
  }

  report() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(null);
    });
  }

  async stop() {
    await this.#worker.terminate();
  }
}

/** Processes. */
export class ProgramPlace {
  #receipts;
  #stops;

  static async start(clients) {
    const place = new ProgramPlace();
    place.#receipts = clients.map(() => new Receipt());
    place.#stops = clients.map(({ start, ...options }, i) => ({ curl, tail })[start](options, place.#receipts[i]));
    return place;
  }

  async report() {
    return this.#receipts;
  }

  async stop() {
    this.#stops.forEach((stop) => stop());
  }
}
