// A TCP relay in front of a hub that can be cut: it then closes every connection and refuses new ones.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Relay {
  #hub;
  #server = null;
  #sockets = new Set();
  #port = 0;

  static async start(hub) {
    const relay = new Relay();
    relay.#hub = hub;
    await relay.restore();
    return relay;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Accepts connections again, at the same address. */
  async restore() {
    this.#server = createServer((client) => {
      const upstream = connect(this.#hub.port, '127.0.0.1');
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => {}).on('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }

      client.pipe(upstream).pipe(client);
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  /** Resolves when no connection is open and none is accepted. */
  async cut() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
  }
}
