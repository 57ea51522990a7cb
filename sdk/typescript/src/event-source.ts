import type { SubscribeOptions } from './options.js';
import { absolute, canStream } from './requests.js';
import { subscribe } from './subscribe.js';
import type { Subscription } from './subscription.js';

/** `withCredentials`, as in the standard, and all options of a subscription except `decode` and `format`: data is text. */
export interface LongwaveEventSourceInit extends Omit<SubscribeOptions, 'decode' | 'format'> {
  withCredentials?: boolean | undefined;
}

type Handler<E extends Event> = ((this: EventSource, event: E) => unknown) | null;

/** Listener methods of an `EventSource`, with event types. */
export interface EventSourceTarget extends EventTarget {
  addEventListener<K extends keyof EventSourceEventMap>(type: K, listener: (this: EventSource, event: EventSourceEventMap[K]) => unknown, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: (this: EventSource, event: MessageEvent) => unknown, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof EventSourceEventMap>(type: K, listener: (this: EventSource, event: EventSourceEventMap[K]) => unknown, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: (this: EventSource, event: MessageEvent) => unknown, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}

/**
 * Replacement for the browser's `EventSource` (WHATWG HTML 9.2), with the same members and events. It closes in the same cases as the
 * standard's, except after a temporary status (408, 425, 429, 5xx): then it waits and reconnects. It omits events that a hub repeats.
 * Control events of a hub are dispatched under their names (`longwave.gap`, …), as in the standard's. With the option `topics`, message
 * events have a property `topic`.
 */
export class LongwaveEventSource extends (EventTarget as new () => EventSourceTarget) implements EventSource {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSED: 2;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSED: 2;
  readonly #url: string;
  readonly #withCredentials: boolean;
  readonly #subscription: Subscription;
  readonly #handlers = new Map<string, { value: object; listener: (event: Event) => void }>();
  #readyState: 0 | 1 | 2 = 0;
  #origin: string;

  static {
    // The visible properties of a platform interface (Web IDL): read-only constants, enumerable members, a name.
    const constants = Object.fromEntries(['CONNECTING', 'OPEN', 'CLOSED'].map((name, value) => [name, { value, enumerable: true }]));
    const members = Object.getOwnPropertyDescriptors(this.prototype) as Record<string, PropertyDescriptor>;
    const visible = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close'].map((name) => [name, { ...members[name], enumerable: true }]);
    Object.defineProperties(this, constants);
    Object.defineProperties(this.prototype, { ...constants, ...Object.fromEntries(visible), [Symbol.toStringTag]: { value: 'EventSource', configurable: true } });
  }

  constructor(url: string | URL, init: LongwaveEventSourceInit | null = {}) {
    super();
    if (arguments.length === 0 || (init !== null && Object(init) !== init)) {
      throw new TypeError('new EventSource needs a URL, and options that are an object.');
    }

    const { withCredentials, ...options } = init ?? {};
    this.#withCredentials = Boolean(withCredentials);
    try {
      this.#url = absolute(`${url as string}`);
    } catch {
      throw new DOMException(`'${url as string}' is not a URL.`, 'SyntaxError');
    }

    this.#origin = new URL(this.#url).origin;
    this.#subscription = subscribe(this.#url, {
      ...options,
      request: { ...options.request, credentials: this.#withCredentials ? 'include' : 'same-origin' },
      fetch: canStream(options) ? this.#sendWith(options) : undefined,
    });
    this.#subscription.on('control', ({ type, data }) => this.#dispatch(`longwave.${type}`, JSON.stringify(data), this.#subscription.position ?? ''));
    this.#subscription.on('state', (state) => {
      if (this.#readyState === this.CLOSED) {
        return;
      }

      if (state.name === 'open' && this.#readyState !== this.OPEN) {
        this.#readyState = this.OPEN;
        this.dispatchEvent(new Event('open'));
      } else if (state.name === 'waiting' || state.name === 'closed') {
        this.#readyState = state.name === 'closed' ? this.CLOSED : this.CONNECTING;
        this.dispatchEvent(new Event('error'));
      }
    });
    void this.#read();
  }

  get url(): string {
    return this.#url;
  }

  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  get readyState(): 0 | 1 | 2 {
    return this.#readyState;
  }

  get onopen(): Handler<Event> {
    return this.#handler('open');
  }

  set onopen(handler: Handler<Event>) {
    this.#handle('open', handler);
  }

  get onmessage(): Handler<MessageEvent> {
    return this.#handler('message');
  }

  set onmessage(handler: Handler<MessageEvent>) {
    this.#handle('message', handler);
  }

  get onerror(): Handler<Event> {
    return this.#handler('error');
  }

  set onerror(handler: Handler<Event>) {
    this.#handle('error', handler);
  }

  close(): void {
    this.#readyState = this.CLOSED;
    this.#subscription.close();
  }

  /** Wraps `fetch` to record the origin of the stream after redirects. It ignores other requests: tickets and token renewals. */
  #sendWith({ fetch = (input, init) => globalThis.fetch(input, init) }: LongwaveEventSourceInit): NonNullable<SubscribeOptions['fetch']> {
    return async (input, init) => {
      const response = await fetch(input, init);
      if (new Headers(init.headers).get('Accept') === 'text/event-stream') {
        this.#origin = new URL(response.url || input).origin;
      }

      return response;
    };
  }

  async #read(): Promise<void> {
    try {
      for await (const { type, data, id, topic } of this.#subscription) {
        this.#dispatch(type, data, id, topic);
      }
    } catch {
      // The state 'closed' contains the error.
    }
  }

  #dispatch(type: string, data: string, lastEventId: string, topic?: string): void {
    if (this.#readyState !== this.CLOSED) {
      this.dispatchEvent(Object.assign(new MessageEvent(type, { data, lastEventId, origin: this.#origin }), topic !== undefined && { topic }));
    }
  }

  #handler<E extends Event>(name: string): Handler<E> {
    return (this.#handlers.get(name)?.value ?? null) as Handler<E>;
  }

  /**
   * Sets an `on…` handler. It keeps its position among the listeners until it is set to null. Only objects count as handlers, and only
   * functions are called (HTML 8.1.8.1).
   */
  #handle(name: string, value: unknown): void {
    const had = this.#handlers.get(name);
    if (Object(value) !== value) {
      this.removeEventListener(name, had?.listener ?? null);
      this.#handlers.delete(name);
    } else if (had) {
      had.value = value as object;
    } else {
      const entry = { value, listener: (event: Event) => void (typeof entry.value === 'function' && entry.value.call(this, event)) } as { value: object; listener: (event: Event) => void };
      this.#handlers.set(name, entry);
      this.addEventListener(name, entry.listener);
    }
  }
}
