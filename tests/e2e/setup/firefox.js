// Controls Firefox without a driver, by its Marionette protocol: JSON messages over a socket, each with its length in front.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

/** More streams of one server than the default of six, which is meant for HTTP/1.1 without streams. */
const CONNECTIONS = 64;

const SETTINGS = {
  'marionette.port': 0,
  'network.http.max-persistent-connections-per-server': CONNECTIONS,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'app.update.enabled': false,
  'browser.startup.page': 0,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

export class Firefox {
  #process;
  #folder;
  #socket;
  #next = 1;
  #pending = new Map();
  #buffer = Buffer.alloc(0);
  #inTab = Promise.resolve();
  /** The version of the browser. */
  version;

  /** @param {Record<string, unknown>} more Further settings of the browser. */
  static async launch(more = {}) {
    const firefox = new Firefox();
    firefox.#folder = await mkdtemp(join(tmpdir(), 'longwave-firefox-'));
    const settings = Object.entries({ ...SETTINGS, ...more }).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
    await writeFile(join(firefox.#folder, 'user.js'), settings.join('\n'));
    firefox.#process = spawn('firefox-esr', ['--headless', '--marionette', '--no-remote', '--profile', firefox.#folder], {
      env: { ...process.env, HOME: firefox.#folder, MOZ_DISABLE_CONTENT_SANDBOX: '1' },
      stdio: 'ignore',
    });
    const port = await until('Firefox has written its port', async () =>
      Number(await readFile(join(firefox.#folder, 'MarionetteActivePort'), 'utf8').catch(() => '')));
    firefox.#socket = connect(port, '127.0.0.1').on('data', (bytes) => firefox.#take(bytes));
    await once(firefox.#socket, 'connect');
    const { capabilities } = await firefox.send('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } });
    firefox.version = capabilities.browserVersion;
    return firefox;
  }

  #take(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const colon = this.#buffer.indexOf(':');
      const length = Number(this.#buffer.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || this.#buffer.length < colon + 1 + length) {
        return;
      }

      const message = JSON.parse(this.#buffer.subarray(colon + 1, colon + 1 + length).toString());
      this.#buffer = this.#buffer.subarray(colon + 1 + length);

      // The first message is a greeting; all others are answers: [1, id, error, result].
      if (Array.isArray(message)) {
        const [, id, error, result] = message;
        const pending = this.#pending.get(id);
        this.#pending.delete(id);
        error ? pending?.reject(new Error(`${error.error}: ${error.message}`)) : pending?.resolve(result);
      }
    }
  }

  /** Sends one command. */
  send(name, parameters = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      const text = Buffer.from(JSON.stringify([0, id, name, parameters]));
      this.#socket.write(Buffer.concat([Buffer.from(`${text.length}:`), text]));
    });
  }

  goto(url) {
    return this.send('WebDriver:Navigate', { url });
  }

  /** Evaluates an expression in the page. */
  async evaluate(expression) {
    return (await this.send('WebDriver:ExecuteScript', { script: `return (${expression});`, args: [] })).value;
  }

  /** Opens a further tab. Commands for tabs run one after the other, because the browser has one current tab. */
  async newTab() {
    const { handle } = await this.send('WebDriver:NewWindow', { type: 'tab' });
    const within = (run) => (this.#inTab = this.#inTab.catch(() => {}).then(async () => {
      await this.send('WebDriver:SwitchToWindow', { handle });
      return run();
    }));
    return { goto: (url) => within(() => this.goto(url)), evaluate: (expression) => within(() => this.evaluate(expression)) };
  }

  async close() {
    const ended = once(this.#process, 'exit');
    this.#socket?.destroy();
    this.#process.kill();
    await ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
