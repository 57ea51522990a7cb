// HTTP server whose responses are defined by a test.

import { once } from 'node:events';
import { createServer } from 'node:http';

export class Server {
  /** Received requests: method, url, headers, body. */
  requests = [];
  #server;

  /** @param {(request: object, response: import('node:http').ServerResponse) => void} answer */
  static async start(answer) {
    const server = new Server();
    server.#server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request.setEncoding('utf8')) {
        body += part;
      }

      const taken = { method: request.method, url: new URL(request.url, 'http://server'), headers: request.headers, body };
      server.requests.push(taken);
      answer(taken, response, server.requests.length);
    }).listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async stop() {
    if (this.#server.listening) {
      this.#server.closeAllConnections();
      this.#server.close();
      await once(this.#server, 'close');
    }
  }
}

export const json = (response, status, value, headers = {}) => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
};
