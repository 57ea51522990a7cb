// Reads HTTP responses: retry delays, media types, bodies and failures.

import { LongwaveError, type Problem } from './errors.js';

/** Maximum length of a problem document, in characters. */
const PROBLEM_LENGTH = 65_536;

/** Maximum delay from `Retry-After`: one day. `setTimeout` supports up to 24 days, and no server needs a longer pause. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Returns the delay from `Retry-After` (RFC 9110, section 10.2.3) in milliseconds; 0 when it is missing or invalid. A date is compared
 * with the server's own `Date`, because the clock of this machine may be wrong.
 */
export function retryAfterMs(headers: Headers): number {
  const text = headers.get('Retry-After')?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text.includes(':') ? text : '') - Date.parse(headers.get('Date') ?? '');
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : 0;
}

/** The media type of a response, without parameters and in lower case; of several, the last one (Fetch, section 2.2.6). */
export const mediaType = (response: Response): string =>
  /[^\s,;]+(?=[^,]*$)/.exec((response.headers.get('Content-Type') ?? '').replace(/"[^"]*"/g, ''))?.[0].toLowerCase() ?? '';

/** Yields the body as text, in chunks as they arrive. Where `fetch` has no readable body (React Native), it yields one chunk at the end. */
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

      // xhrFetch yields text, because a platform without streams may have no TextDecoder.
      yield typeof value === 'string' ? value : (decoder ??= new TextDecoder()).decode(value, { stream: true });
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** Reads the whole body as text. Throws above `limit` characters, so that no response fills the memory. */
export async function readText(response: Response, limit: number): Promise<string> {
  let text = '';
  for await (const piece of piecesOf(response)) {
    text += piece;
    if (text.length > limit) {
      throw new LongwaveError('too-large', `The response has more than ${limit} characters.`);
    }
  }

  return text;
}

/** Parses `text` as a JSON object; an empty object when it is not one. */
export function parseObject(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(text));
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Cancels a body that is not read. */
export const drop = (response: Response): void => void response.body?.cancel().catch(() => {});

/**
 * Converts a response with a non-success status to an error, temporary or final. Reads only JSON bodies; others contain no reason and may
 * not end.
 */
export async function failureOf(response: Response): Promise<LongwaveError> {
  const { status } = response;
  const passes = status >= 500 || [408, 425, 429].includes(status);
  const problem: Problem = mediaType(response).endsWith('json') ? parseObject(await readText(response, PROBLEM_LENGTH).catch(() => '')) : {};
  drop(response);
  const say = (name: string, before = '', after = ''): string => (typeof problem[name] === 'string' ? before + problem[name] + after : '');
  const words = (say('title') || `HTTP ${status}`) + say('field', ' (', ')') + say('detail', ': ');
  return new LongwaveError(passes ? 'unavailable' : 'refused', words, { status, problem, retryAfterMs: retryAfterMs(response.headers) });
}
