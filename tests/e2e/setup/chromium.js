// Controls Chromium without a driver. Playwright makes every page report itself as visible, and a visible page cannot be frozen.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--no-first-run', '--no-default-browser-check', '--remote-debugging-pipe',
];

export class Chromium {
  #process;
  #folder;
  #next = 1;
  #pending = new Map();

  /** @param {string[]} more Further arguments of the browser. */
  static async launch(more = []) {
    const chromium = new Chromium();
    chromium.#folder = await mkdtemp(join(tmpdir(), 'longwave-chromium-'));
    chromium.#process = spawn(process.env.LONGWAVE_CHROMIUM ?? '/usr/bin/chromium', [...ARGUMENTS, ...more, `--user-data-dir=${chromium.#folder}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    let buffer = '';
    chromium.#process.stdio[4].setEncoding('utf8').on('data', (text) => {
      const messages = (buffer + text).split('\0');
      buffer = messages.pop();
      messages.forEach((message) => chromium.#take(JSON.parse(message)));
    });
    return chromium;
  }

  #take({ id, result, error }) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) {
      pending?.reject(new Error(error.message));
    } else {
      pending?.resolve(result);
    }
  }

  /** Sends one command of the DevTools protocol. */
  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  async newTab(url) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const tab = new Tab(this, targetId, sessionId);
    await tab.send('Page.enable');
    await tab.send('Page.setBypassCSP', { enabled: true });
    if (url !== 'about:blank') {
      await tab.send('Page.navigate', { url });
    }

    return tab;
  }

  async close() {
    const gone = once(this.#process, 'exit');
    await this.send('Browser.close');
    await gone;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

export class Tab {
  #chromium;
  #targetId;
  #sessionId;

  constructor(chromium, targetId, sessionId) {
    [this.#chromium, this.#targetId, this.#sessionId] = [chromium, targetId, sessionId];
  }

  send(method, params) {
    return this.#chromium.send(method, params, this.#sessionId);
  }

  /** Returns the awaited value of an expression. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }

    return result.value;
  }

  /** Brings the tab to the front and hides the previous one. */
  show() {
    return this.#chromium.send('Target.activateTarget', { targetId: this.#targetId });
  }

  /** Freezes the tab. Only a hidden tab can be frozen. */
  freeze() {
    return this.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  thaw() {
    return this.send('Page.setWebLifecycleState', { state: 'active' });
  }
}
