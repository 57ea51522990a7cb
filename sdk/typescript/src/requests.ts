import { drop, failureOf, mediaType } from './answers.js';
import { LongwaveError } from './errors.js';
import type { LongwaveEvent, Question, SubscribeOptions } from './options.js';
import { Credentials, type Fetch } from './tokens.js';

/** Values that a header can hold after conversion to UTF-8. */
const HEADER = /^[^\x00-\x1f\x7f]+$/;

const list = (value: string | readonly string[] | undefined): readonly string[] => (value === undefined ? [] : typeof value === 'string' ? [value] : value);

/** Maximum length of a query. Many servers and proxies accept 8,000 bytes for the whole request line. */
const MAX_QUERY_LENGTH = 4000;

/** Resolves a URL relative to the page. */
export const absolute = (url: string | URL): string => String(new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href));

/**
 * Whether `fetch` has readable bodies. React Native's own returns a body only when it is complete, and for `cache: 'no-store'` it adds a
 * parameter `_`.
 */
const hasBodies = (): boolean => 'body' in Response.prototype;

/** Whether a response can be a stream. A `fetch` of the caller is assumed to support streams. */
export const canStream = ({ fetch }: { fetch?: Fetch | undefined }): boolean => !!fetch || hasBodies();

/** Sends the requests of a subscription. */
export class Requests {
  /** Whether the scheme is http or https. Requests with other schemes do not fail temporarily. */
  readonly isWeb: boolean;
  readonly canStream: boolean;
  /** Selection of the subscription; it may change while the subscription runs. */
  question: Question;
  readonly #url: string;
  readonly #options: SubscribeOptions<never>;
  readonly #fetch: Fetch;
  readonly #credentials: Credentials;

  constructor(url: string | URL, options: SubscribeOptions<never>) {
    this.#url = absolute(url);
    this.isWeb = /^https?:/.test(this.#url);
    this.canStream = canStream(options);
    this.#options = this.question = options;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#credentials = new Credentials(options.token, this.#fetch, options.carrier === 'ticket');
  }

  /**
   * Sends one request with the position and the credentials. Null for status 204.
   * @param wasOpen Whether a connection was open before. If so, an unexpected content type comes from a gateway and is temporary.
   */
  async ask(accept: string, waitSeconds: number, at: string | null, wasOpen: boolean, signal: AbortSignal): Promise<Response | null> {
    const { request, topics, carrier } = this.#options;
    for (let isFresh = false; ; isFresh = true) {

      // A hub takes a request that accepts only streams for one of EventSource, and does not answer it with a temporary error status.
      const all = topics ? `${accept}, application/problem+json` : accept;
      const headers: Record<string, string> = { ...Object.fromEntries(new Headers(request?.headers)), Accept: all };
      const init: RequestInit = { cache: hasBodies() ? 'no-store' : 'default', ...request, signal };
      const url = this.#address(waitSeconds, at, headers);
      if (topics && url.search.length > MAX_QUERY_LENGTH && carrier !== 'ticket') {
        init.method = 'QUERY';
        init.body = url.search.slice(1);
        headers['Content-Type'] = 'application/x-www-form-urlencoded';
        headers['Longwave-Request'] = '1';
        url.search = '';
      }

      await this.#credentials.apply(url, headers, init);
      const response = await this.#fetch(String(url), { ...init, headers });
      if (response.status === 204) {
        return null;
      }

      if (response.status === 200) {
        const type = mediaType(response);
        if (type !== accept) {
          throw new LongwaveError('not-a-stream', `The response has the type '${type}', not '${accept}'.`, { status: response.status, retryable: wasOpen });
        }

        return response;
      }

      if (response.status !== 401 || isFresh || !this.#credentials.drop()) {
        throw await failureOf(response);
      }

      drop(response);
    }
  }

  /** Renews the token of an open stream. On failure the stream ends when its token expires, and the next one uses a new token. */
  renew(connection: string): void {
    void this.#credentials.renew(new URL(this.#url), connection, { ...this.#options.request, body: null }).catch(() => {});
  }

  dropToken(): void {
    this.#credentials.drop();
  }

  #address(waitSeconds: number, at: string | null, headers: Record<string, string>): URL {
    const { since, format, carrier } = this.#options;
    const { topics, types, maxRate, conflate } = this.question;
    const url = new URL(this.#url);
    const query = url.searchParams;
    list(topics).forEach((topic) => query.append('topic', topic));
    list(types).forEach((type) => query.append('type', type));
    const parameters = {
      since: since instanceof Date ? since.toISOString() : since, max_rate: maxRate, conflate,
      format: format === 'cloudevents' ? format : undefined, fields: topics && format !== 'cloudevents' ? 'topic' : undefined, wait: waitSeconds || undefined,
    };
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) {
        query.set(name, String(value));
      }
    }

    if (at && carrier !== 'ticket' && HEADER.test(at)) {
      // A header holds bytes: encode the position as UTF-8.
      headers['Last-Event-ID'] = String.fromCharCode(...new TextEncoder().encode(at));
    } else if (at) {
      query.set('last_event_id', at);
    }

    return url;
  }
}

/** Applies `decode` to the data of an event. */
export function decoded<T>({ decode }: SubscribeOptions<T>, event: LongwaveEvent): LongwaveEvent<T> {
  try {
    return decode ? { ...event, data: decode(event.data) } : (event as LongwaveEvent<T>);
  } catch (cause) {
    throw new LongwaveError('payload', `The data of event ${event.id} could not be decoded: ${cause}`, { cause });
  }
}
