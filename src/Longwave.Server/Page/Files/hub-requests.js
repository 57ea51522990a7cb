// Requests of the page that are not streams: they have a time limit, carry the token, and failures have the reason of the hub.

import { noteDate } from './hub-clock.js';

const TIMEOUT_MS = 10_000;

/**
 * Requests JSON of the hub.
 * @throws {Error} With `status` (0 without a response) and `problem`, the reason of the hub.
 */
export async function getJson(path, headers) {
  let response;
  try {
    response = await fetch(path, { headers: { Accept: 'application/json', ...headers }, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw Object.assign(new Error('The hub does not answer.', { cause }), { status: 0, problem: {} });
  }

  noteDate(response);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw Object.assign(new Error(body.detail ?? `The hub answers with status ${response.status}.`), { status: response.status, problem: body });
  }

  return body;
}
