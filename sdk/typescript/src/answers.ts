// What an HTTP answer means that is not what was hoped for.

import { LongwaveError, type Problem } from './errors.js';

/** More than any problem document has. */
const PROBLEM_LENGTH = 65_536;

/** The longest pause that a server can ask for: setTimeout takes no more than 24 days, and nobody means more than a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/** Milliseconds out of `Retry-After` (seconds or a date, RFC 9110, section 10.2.3); 0 when it says nothing usable. */
export function retryAfterMs(headers: Headers, now: number = Date.now()): number {
  const text = headers.get('Retry-After')?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : 0;
}

/** The media type of an answer, without parameters and in lower case. */
export const mediaType = (response: Response): string => (response.headers.get('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();

/** The whole body as text. Gives up past `limit` characters, so that no answer fills the memory. */
export async function readText(response: Response, limit: number): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) {
      return text + decoder.decode();
    }

    text += decoder.decode(value, { stream: true });
    if (text.length > limit) {
      void reader?.cancel().catch(() => {});
      throw new LongwaveError('too-large', `The answer has more than ${limit} characters.`);
    }
  }
}

/** `text` as a JSON object, or an empty one. */
export function parseObject(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(text));
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What a status that is no success means: to be tried again, or final. */
export async function failureOf(response: Response): Promise<LongwaveError> {
  const { status } = response;
  const passes = status >= 500 || status === 408 || status === 425 || status === 429;
  const problem: Problem = parseObject(await readText(response, PROBLEM_LENGTH).catch(() => ''));
  const title = typeof problem.title === 'string' ? problem.title : `HTTP ${status}`;
  const field = typeof problem.field === 'string' ? ` (${problem.field})` : '';
  const words = typeof problem.detail === 'string' ? `${title}${field}: ${problem.detail}` : title + field;
  return new LongwaveError(passes ? 'unavailable' : 'refused', words, { status, problem, retryAfterMs: retryAfterMs(response.headers) });
}
