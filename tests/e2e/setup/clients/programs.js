// Clients that are programs.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EXECUTABLE } from '../hub.js';
import { addressOf, headersOf } from './address.js';

/** Pause before the first `retry:` of the hub. */
const FIRST_RETRY_MS = 100;

/** The SDK for .NET: `longwave tail` reads with it. Returns a function that stops it. */
export function tail({ hub, topic, token }, receipt) {
  const program = spawn('dotnet', [EXECUTABLE, 'tail', topic, '--since', 'earliest', '--json', '--quiet', '--wait', '--hub', hub], {
    env: { ...process.env, ...(token ? { LONGWAVE_TOKEN: token } : {}) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: program.stdout }).on('line', (line) => receipt.take(JSON.parse(line).data));
  program.on('exit', (code) => receipt.end(`longwave tail ended with ${code}.`));
  return () => {
    lines.removeAllListeners('line');
    program.kill();
  };
}

/** `curl` in a loop that sends the id of the last event. Returns a function that stops it. */
export function curl(options, receipt) {
  let id = '';
  let retryMs = FIRST_RETRY_MS;
  let running = null;
  let timer = null;
  const run = () => {
    const headers = { ...headersOf(options), ...(id ? { 'Last-Event-ID': id } : {}) };
    running = spawn('curl', ['--silent', '--no-buffer', '--fail', ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), addressOf(options)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let event = {};
    createInterface({ input: running.stdout }).on('line', (line) => {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name === 'retry') {
        retryMs = Number(value);
      } else if (name) {
        event[name] = value;
      } else if (line === '') {
        id = event.id ?? id;
        if (event.data !== undefined && event.event === undefined) {
          receipt.take(event.data);
        }

        event = {};
      }
    });
    running.on('close', () => {
      timer = setTimeout(run, retryMs);
    });
  };
  run();
  return () => {
    running.removeAllListeners('close').kill();
    clearTimeout(timer);
  };
}
