// Runs a real hub as a separate process, with its own port and log.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

export const EXECUTABLE = fileURLToPath(new URL('../../../artifacts/bin/Longwave/release/longwave.dll', import.meta.url));

export class Hub {
  #process = null;
  #output = '';
  #settings;

  constructor(port, folder, settings) {
    [this.port, this.folder, this.#settings] = [port, folder, settings];
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @param {Record<string, string>} settings Environment variables of the hub without their prefix, e.g. `ENGINE__DRAINWINDOW`. */
  static async start(settings = {}) {
    if (!existsSync(EXECUTABLE)) {
      throw new Error('The hub is not built: dotnet build -c Release src/Longwave');
    }

    const hub = new Hub(await freePort(), await mkdtemp(join(tmpdir(), 'longwave-e2e-')), settings);
    await hub.run();
    return hub;
  }

  async run() {
    const environment = Object.fromEntries(Object.entries(this.#settings).map(([name, value]) => [`LONGWAVE__${name}`, value]));
    const started = spawn('dotnet', [EXECUTABLE, 'serve', '--urls', this.url, '--data', join(this.folder, 'data')], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = started;
    const keep = (text) => {
      this.#output += text;
    };
    started.stdout.setEncoding('utf8').on('data', keep);
    started.stderr.setEncoding('utf8').on('data', keep);
    await until('the hub is ready', async () => {
      if (started.exitCode !== null) {
        throw new Error(`The hub ended with ${started.exitCode}:\n${this.#output}`);
      }

      return (await fetch(`${this.url}/readyz`).catch(() => null))?.ok;
    });
  }

  /** Stops the hub. `SIGKILL` ends it at once; `SIGTERM` makes it drain. Resolves when the process has ended. */
  async stop(signal = 'SIGKILL') {
    const running = this.#process;
    this.#process = null;
    if (running && running.exitCode === null && running.signalCode === null) {
      const gone = once(running, 'exit');
      running.kill(signal);
      await gone;
    }
  }

  /** Sends a signal and does not wait for the end of the hub. */
  signal(signal) {
    this.#process.kill(signal);
  }

  /** Starts a new log, unrelated to the previous one. */
  async forgetLog() {
    await rm(join(this.folder, 'data'), { recursive: true, force: true });
  }

  async dispose() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /**
   * Publishes one event and returns its position.
   * @param {string | string[]} topic The topic; with alternates an array.
   */
  async publish(topic, data, { type, contentType = 'text/plain', key, token } = {}) {
    const query = new URLSearchParams([topic].flat().map((name) => ['topic', name]));
    if (type) {
      query.set('type', type);
    }

    const response = await fetch(`${this.url}/v1/events?${query}`, {
      method: 'POST',
      headers: { 'Content-Type': contentType, ...(key ? { 'Idempotency-Key': key } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: data,
    });
    if (!response.ok) {
      throw new Error(`${response.status} ${await response.text()}`);
    }

    return (await response.json()).id;
  }

  /** Publishes an event and retries until the hub confirms it; it is in the log once. */
  async publishThrough(topic, data, options = {}) {
    const key = `${topic} ${data}`;
    let id;
    await until(`${data} is published`, async () => (id = await this.publish(topic, data, { ...options, key }).catch(() => undefined)));
    return id;
  }

  /** Publishes many events in one request. */
  async publishAll(topic, datas) {
    const lines = datas.map((data, i) => JSON.stringify({ specversion: '1.0', id: `${i}`, source: `/e2e/${topic}`, type: 'line', datacontenttype: 'text/plain', topic, data }));
    const response = await fetch(`${this.url}/v1/events`, { method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: lines.join('\n') });
    if (!response.ok) {
      throw new Error(`${response.status} ${await response.text()}`);
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
