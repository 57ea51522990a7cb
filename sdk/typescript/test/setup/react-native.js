// Network of React Native: an XMLHttpRequest with progressive text, and a `fetch` on top of it that responds at the end and has no `body`.

import http from 'node:http';

export class NativeXhr {
  readyState = 0;
  status = 0;
  responseText = '';
  responseURL;
  withCredentials = true;
  #headers = {};
  #answer = {};
  #request = null;

  open(method, url) {
    [this.method, this.url] = [method, url];
    this.#enter(1);
  }

  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  getAllResponseHeaders() {
    return Object.entries(this.#answer).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  send(body) {
    this.#request = http.request(this.url, { method: this.method, headers: this.#headers }, (answer) => {
      [this.status, this.#answer] = [answer.statusCode, answer.headers];
      this.#enter(2);
      this.responseURL = this.url;
      answer.setEncoding('utf8').on('data', (text) => {
        this.responseText += text;
        this.#enter(3);
        this.onprogress?.();
      }).on('end', () => {
        this.#enter(4);
        this.onload?.();
      }).on('error', () => this.onerror?.());
    });
    this.#request.on('error', () => this.status === 0 && this.onerror?.());
    this.#request.end(body ?? undefined);
  }

  abort() {
    this.onload = this.onerror = this.onprogress = undefined;
    this.#request?.destroy();
    [this.status, this.responseText] = [0, ''];
    this.#enter(4);
  }

  #enter(state) {
    this.readyState = state;
    this.onreadystatechange?.();
  }
}

class NativeResponse {
  constructor(text, init) {
    Object.assign(this, init, { ok: init.status >= 200 && init.status < 300, text: async () => text });
  }
}

/** As in the polyfill, `cache: 'no-store'` adds a parameter `_`. */
const nativeFetch = (input, init = {}) => new Promise((resolve, reject) => {
  const request = new NativeXhr();
  const address = ['no-store', 'no-cache'].includes(init.cache) && !init.body ? `${input}${input.includes('?') ? '&' : '?'}_=1` : input;
  request.onload = () => resolve(new NativeResponse(request.responseText, {
    status: request.status, url: request.responseURL, headers: new Headers(request.getAllResponseHeaders().trim().split('\r\n').map((line) => line.split(/: (.*)/s).slice(0, 2))),
  }));
  request.onerror = () => reject(new TypeError('Network request failed'));
  const abort = () => {
    request.abort();
    reject(new DOMException('Aborted', 'AbortError'));
  };
  init.signal?.addEventListener('abort', abort);
  request.onreadystatechange = () => request.readyState === 4 && init.signal?.removeEventListener('abort', abort);
  request.open(init.method ?? 'GET', address);
  new Headers(init.headers ?? {}).forEach((value, name) => request.setRequestHeader(name, value));
  request.send(init.body);
});

/** Replaces the globals; returns a function that restores them. */
export function becomeReactNative() {
  const before = { fetch, Response, XMLHttpRequest: globalThis.XMLHttpRequest };
  Object.assign(globalThis, { fetch: nativeFetch, Response: NativeResponse, XMLHttpRequest: NativeXhr });
  return () => Object.assign(globalThis, before);
}
