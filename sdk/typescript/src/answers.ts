// What an HTTP answer means that is not what was asked for.

import { LongwaveError, type Problem } from './errors.js';

/** More than any problem document has. */
const PROBLEM_LENGTH = 65_536;

/** The longest pause that a server can ask for: setTimeout takes no more than 24 days, and no server means more than a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Milliseconds out of `Retry-After` (RFC 9110, section 10.2.3); 0 when it holds nothing usable. A date is compared with the server's own `Date`:
 * the clock of this machine may be wrong.
 */
export function retryAfterMs(headers: Headers): number {
  const text = headers.get('Retry-After')?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text.includes(':') ? text : '') - Date.parse(headers.get('Date') ?? '');
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : 0;
}

/** The media type of an answer, without parameters and in lower case; of several the last one (Fetch, section 2.2.6). */
export const mediaType = (response: Response): string =>
  /[^\s,;]+(?=[^,]*$)/.exec((response.headers.get('Content-Type') ?? '').replace(/"[^"]*"/g, ''))?.[0].toLowerCase() ?? '';

/** The body as text, in pieces as they arrive. Where `fetch` gives no readable body (React Native) it is one piece, at the end. */
export async function* piecesOf(response: Response): AsyncGenerator<string, undefined> {
  const reader = (response.body as ReadableStream<Uint8Array | string> | null)?.getReader();
  if (!reader) {
    yield await response.text();
    return;
  }

  let decoder: TextDecoder | undefined;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }

      // Text comes from xhrFetch, on platforms that may have no TextDecoder.
      yield typeof value === 'string' ? value : (decoder ??= new TextDecoder()).decode(value, { stream: true });
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** The whole body as text. Gives up past `limit` characters, so that no answer fills the memory. */
export async function readText(response: Response, limit: number): Promise<string> {
  let text = '';
  for await (const piece of piecesOf(response)) {
    text += piece;
    if (text.length > limit) {
      throw new LongwaveError('too-large', `The answer has more than ${limit} characters.`);
    }
  }

  return text;
}

/** `text` as a JSON object, or an empty one. */
export function parseObject(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(text));
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Lets go of a body that is not read. */
export const drop = (response: Response): void => void response.body?.cancel().catch(() => {});

/** What a status that is no success means: to be tried again, or final. Only JSON is read: other bodies explain nothing, and may have no end. */
export async function failureOf(response: Response): Promise<LongwaveError> {
  const { status } = response;
  const passes = status >= 500 || [408, 425, 429].includes(status);
  const problem: Problem = mediaType(response).endsWith('json') ? parseObject(await readText(response, PROBLEM_LENGTH).catch(() => '')) : {};
  drop(response);
  const say = (name: string, before = '', after = ''): string => (typeof problem[name] === 'string' ? before + problem[name] + after : '');
  const words = (say('title') || `HTTP ${status}`) + say('field', ' (', ')') + say('detail', ': ');
  return new LongwaveError(passes ? 'unavailable' : 'refused', words, { status, problem, retryAfterMs: retryAfterMs(response.headers) });
}
