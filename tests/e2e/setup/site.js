// A web site of another origin than the hub's: an empty page, or the files of folders.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

export class Site {
  #server;

  /** @param {string[]} folders Where the files are; the first folder that has one wins. */
  static async start(folders = []) {
    const site = new Site();
    site.#server = createServer(async ({ url }, response) => {
      const path = normalize(new URL(url, 'http://site').pathname);
      const name = path === '/' ? 'index.html' : path;
      for (const folder of folders) {
        const content = await readFile(join(folder, name)).catch(() => null);
        if (content) {
          response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream').end(content);
          return;
        }
      }

      response.setHeader('Content-Type', 'text/html').writeHead(path === '/' ? 200 : 404).end('<!doctype html>');
    }).listen(0, '127.0.0.1');
    await once(site.#server, 'listening');
    return site;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
