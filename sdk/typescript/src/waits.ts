import { LongwaveError } from './errors.js';

/** A poll answer holds several events. */
export const ANSWER_EVENTS = 16;

/** Time limit for the greeting of a stream. */
export const GREETING_MS = 10_000;

/** A server that answers a long poll sooner than this without an event does not wait for events. */
export const EMPTY_POLL_MS = 1000;

/** Whether the platform knows that there is no network. */
export const isOffline = (): boolean => globalThis.navigator?.onLine === false;

/** Ends a connection so that the next one follows at once. */
export const AGAIN = new LongwaveError('ended', 'The subscription changed.');
