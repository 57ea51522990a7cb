// Authentication: tokens from the caller's provider, their renewal on an open stream, and tickets where headers cannot be set.

import { drop, failureOf, parseObject, readText } from './answers.js';
import { LongwaveError } from './errors.js';
import { post } from './posts.js';

/** Returns a valid token; null to connect without one. Called before the first request and whenever a new token is needed. */
export type TokenProvider = () => string | null | Promise<string | null>;

/** Sends a request, as `globalThis.fetch` does. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

const RENEWAL_ATTEMPTS = 3;
const RENEWAL_PAUSE_MS = 1000;
const TICKET_LENGTH = 65_536;

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

/**
 * Fetches a ticket for one stream (`POST /v1/tickets`), for clients that cannot set headers, such as the browser's own `EventSource`. A
 * ticket opens one stream within a few seconds, and resumes it from the same address.
 * @param url URL of the stream, e.g. `/v1/events`; the ticket endpoint is next to it.
 */
export async function fetchTicket(url: string | URL, token: string, init: RequestInit & { fetch?: Fetch | undefined } = {}): Promise<string> {
  const { fetch: send = globalThis.fetch, ...rest } = init;
  const response = await post(send, new URL('tickets', url), rest, bearer(token));
  if (response.status !== 201) {
    throw await failureOf(response);
  }

  const { ticket } = parseObject(await readText(response, TICKET_LENGTH));
  if (typeof ticket !== 'string') {
    throw new LongwaveError('malformed', 'The response contains no ticket.');
  }

  return ticket;
}

/** The current token and its provider. */
export class Credentials {
  #token: string | null = null;
  readonly #provider: TokenProvider | undefined;
  readonly #fetch: Fetch;
  readonly #asTicket: boolean;

  constructor(provider: TokenProvider | undefined, fetch: Fetch, asTicket = false) {
    [this.#provider, this.#fetch, this.#asTicket] = [provider, fetch, asTicket];
  }

  /** Adds the credentials to a request: a header, or a ticket in the query. */
  async apply(url: URL, headers: Record<string, string>, init: RequestInit): Promise<void> {
    const token = this.#token ?? (await this.#fresh());
    if (token !== null) {
      if (this.#asTicket) {
        url.searchParams.set('ticket', await fetchTicket(url, token, { ...init, fetch: this.#fetch }));
      } else {
        Object.assign(headers, bearer(token));
      }
    }
  }

  /** Discards a rejected token. Returns whether a provider can supply another. */
  drop(): boolean {
    this.#token = null;
    return this.#provider !== undefined;
  }

  /**
   * Sends a new token for an open connection (`POST /v1/connections/{id}/token`). On failure the hub closes the stream when its token
   * expires, and the next stream uses a new token.
   */
  async renew(url: URL, connection: string, init: RequestInit): Promise<void> {
    const address = new URL(`connections/${encodeURIComponent(connection)}/token`, url);
    const token = await this.#fresh();
    for (let attempt = 1; token !== null; attempt++) {
      const answer: Response | LongwaveError | null = await post(this.#fetch, address, init, bearer(token)).catch((error: unknown) => (error instanceof LongwaveError ? error : null));
      if (answer && 'body' in answer) {
        drop(answer);
      }

      if (answer?.status === 204) {
        return;
      }

      // A redirect that is not followed is an error with its status.
      if (attempt === RENEWAL_ATTEMPTS || (answer !== null && Number(answer.status) < 500)) {
        this.#token = null;
        return;
      }

      await new Promise((resolve) => setTimeout(resolve, RENEWAL_PAUSE_MS * attempt));
    }
  }

  async #fresh(): Promise<string | null> {
    try {
      return this.#token = (await this.#provider?.()) ?? null;
    } catch (cause) {
      throw cause instanceof LongwaveError ? cause : new LongwaveError('token', `The token provider failed: ${cause}`, { cause });
    }
  }
}
