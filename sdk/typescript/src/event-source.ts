import type { SubscribeOptions } from './options.js';
import { absolute } from './requests.js';
import { type Subscription, subscribe } from './subscription.js';

/** `withCredentials`, as the standard has it, and everything that a subscription takes; text stays text. */
export interface LongwaveEventSourceInit extends Omit<SubscribeOptions, 'decode' | 'format'> {
  withCredentials?: boolean | undefined;
}

type Handler<E extends Event> = ((event: E) => unknown) | null;

/**
 * In the place of the browser's `EventSource` (WHATWG HTML 9.2): the same members and events, and it does not give up. Where the standard's
 * closes for good, on a status of 5xx for example, this one waits and comes back; on a refusal it closes, too. Events that come a second time are
 * left out. Control events of a hub are events of their name (`longwave.gap`, …), as with the standard's.
 */
export class LongwaveEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;
  readonly url: string;
  readonly withCredentials: boolean;
  readonly #subscription: Subscription;
  readonly #handlers = new Map<string, { handler: Handler<Event>; listener: (event: Event) => void }>();
  #readyState: 0 | 1 | 2 = 0;

  constructor(url: string | URL, { withCredentials = false, ...options }: LongwaveEventSourceInit = {}) {
    super();
    this.withCredentials = withCredentials;
    try {
      this.url = absolute(url);
    } catch {
      throw new DOMException(`'${url}' is no URL.`, 'SyntaxError');
    }

    const request = { ...options.request, credentials: withCredentials ? 'include' as const : 'same-origin' as const };
    this.#subscription = subscribe(this.url, { ...options, request });
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
    return this.#handler('message') as Handler<MessageEvent>;
  }

  set onmessage(handler: Handler<MessageEvent>) {
    this.#handle('message', handler as Handler<Event>);
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

  async #read(): Promise<void> {
    try {
      for await (const { type, data, id } of this.#subscription) {
        this.#dispatch(type, data, id);
      }
    } catch {
      // The state said it: 'closed', with the error.
    }
  }

  #dispatch(type: string, data: string, lastEventId: string): void {
    if (this.#readyState !== this.CLOSED) {
      this.dispatchEvent(new MessageEvent(type, { data, lastEventId, origin: new URL(this.url).origin }));
    }
  }

  #handler(name: string): Handler<Event> {
    return this.#handlers.get(name)?.handler ?? null;
  }

  /** An `on…` keeps the place among the listeners that it got first. */
  #handle(name: string, handler: Handler<Event>): void {
    const had = this.#handlers.get(name);
    if (had) {
      had.handler = handler;
    } else if (handler) {
      const entry = { handler, listener: (event: Event) => void entry.handler?.call(this, event) } as { handler: Handler<Event>; listener: (event: Event) => void };
      this.#handlers.set(name, entry);
      this.addEventListener(name, entry.listener);
    }
  }
}
