// Plays one fault script on a raw socket, because an HTTP server would not send invalid responses.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { readRequest } from './request.js';

/** Tolerance in milliseconds between the timer's clock and the script's. */
const EARLY_MS = 30;

const PHRASES = { 200: 'OK', 204: 'No Content', 304: 'Not Modified', 307: 'Temporary Redirect' };

export class Player {
  /** Differences between the requests and the script. */
  violations = [];
  #script;
  #server;
  #sockets = new Set();
  #received = 0;
  #answered = new Map();
  #endedAt = 0;

  constructor(script) {
    this.#script = script;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  static async start(script) {
    const player = new Player(script);
    player.#server.listen(0, '127.0.0.1');
    await once(player.#server, 'listening');
    return player;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  get received() {
    return this.#received;
  }

  async stop() {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(socket) {
    this.#sockets.add(socket);
    const closed = new AbortController();
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      closed.abort();
    });
    for await (const request of readRequest(socket)) {
      const number = ++this.#received;
      const { requests, more } = this.#script;
      const step = requests[number - 1] ?? (more ? requests.at(-1) : undefined);
      if (step === undefined) {
        this.violations.push(`request ${number} came, and only ${requests.length} were expected`);
        socket.destroy();
        return;
      }

      if (requests[number - 1]) {
        this.#check(number, request, step.expect ?? {});
      }

      await this.#answer(socket, request, step, closed.signal).catch(() => socket.destroy());
      this.#endedAt = performance.now();
      this.#answered.get(number)?.resolve();
      this.#answered.set(number, { promise: Promise.resolve() });
    }
  }

  #check(number, request, expect) {
    const say = (what, is, should) => {
      if (is !== should) {
        this.violations.push(`request ${number}: ${what} is ${JSON.stringify(is)}, expected ${JSON.stringify(should)}`);
      }
    };
    say('method', request.method, expect.method ?? 'GET');
    if (expect.path !== undefined || request.method === 'GET') {
      say('path', request.url.pathname, expect.path ?? '/v1/events');
    }

    if (expect.lastEventId !== undefined) {
      say('last event id', request.headers['last-event-id'] ?? request.url.searchParams.get('last_event_id'), expect.lastEventId);
    }

    if (expect.authorization !== undefined) {
      say('authorization', request.headers.authorization ?? '', expect.authorization);
    }

    if (expect.cacheControl !== undefined) {
      say('Cache-Control', request.headers['cache-control'], expect.cacheControl);
    }

    Object.entries(expect.query ?? {}).forEach(([name, value]) => say(`parameter ${name}`, request.url.searchParams.get(name), value));

    if (expect.accept !== undefined) {
      // A client may also accept problem documents.
      say('accept', request.headers.accept?.split(',')[0], expect.accept === 'stream' ? 'text/event-stream' : expect.accept);
    }

    if (expect.notBeforeMs !== undefined && performance.now() - this.#endedAt < expect.notBeforeMs - EARLY_MS) {
      this.violations.push(`request ${number} came after ${performance.now() - this.#endedAt} ms, expected ${expect.notBeforeMs} or more`);
    }
  }

  async #answer(socket, request, { answer, status = 200, headers = {}, clockOffsetSeconds = 0, steps }, signal) {
    const hasBody = status !== 204 && status !== 304;
    const isRaw = answer === 'raw';
    const write = async (bytes) => {
      const chunk = isRaw ? bytes : Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
      if (!signal.aborted && bytes.length > 0 && !socket.write(chunk)) {
        await once(socket, 'drain', { signal });
      }
    };
    if (answer === undefined) {
      socket.write(head(status, headers, clockOffsetSeconds, hasBody).replaceAll('{port}', this.#server.address().port));
    }

    for (const step of steps) {
      if (step.send !== undefined || step.sendBase64 !== undefined) {
        await write(Buffer.from(step.send ?? step.sendBase64, step.send === undefined ? 'base64' : 'utf8'));
      } else if (step.repeat !== undefined) {
        const block = Buffer.from(step.repeat.repeat(1000));
        for (let sent = 0; sent < step.times && !signal.aborted; sent += 1000) {
          await write(block);
        }
      } else if (step.drip !== undefined) {
        for (const byte of Buffer.from(step.drip)) {
          await write(Buffer.of(byte));
          await pass(step.every, signal);
        }
      } else if (step.wait !== undefined) {
        await pass(step.wait, signal);
      } else if (step.replay) {
        await write(Buffer.from(this.#replay(request)));
      } else if (step.untilRequest !== undefined) {
        await this.#whenAnswered(step.untilRequest);
      } else if (step.hold) {
        await once(signal, 'abort');
      } else if (step.cut) {
        // Send the written bytes first, then break the connection.
        await new Promise((resolve) => socket.write('', resolve));
        socket.destroy();
      } else if (step.end && hasBody) {
        socket.write('0\r\n\r\n');
      }
    }
  }

  #replay(request) {
    const log = this.#script.log;
    const after = request.headers['last-event-id'] ?? request.url.searchParams.get('last_event_id');
    const from = log.findIndex(({ id }) => id === after) + 1;
    const lines = (data) => data.split('\n').map((line) => `data: ${line}\n`).join('');
    return `: ${log.at(-1).id}\nretry: 5\n${log.slice(from).map(({ id, type, data }) => `id: ${id}\n${type ? `event: ${type}\n` : ''}${lines(data)}\n`).join('')}`;
  }

  #whenAnswered(number) {
    if (!this.#answered.has(number)) {
      this.#answered.set(number, Promise.withResolvers?.() ?? resolvers());
    }

    return this.#answered.get(number).promise;
  }
}

function resolvers() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function head(status, headers, clockOffsetSeconds, hasBody) {
  // The client's Date is wrong in this test; use the server's own clock.
  const date = (seconds) => new Date(performance.timeOrigin + performance.now() + (clockOffsetSeconds + seconds) * 1000).toUTCString();
  const all = { Date: date(0), 'Content-Type': 'text/event-stream', ...headers, ...(hasBody ? { 'Transfer-Encoding': 'chunked' } : {}) };
  if (all['Retry-After']?.startsWith('+')) {
    all['Retry-After'] = date(Number.parseInt(all['Retry-After'], 10));
  }

  const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${PHRASES[status] ?? 'Status'}\r\n${lines.join('')}\r\n`;
}

const pass = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => {});
