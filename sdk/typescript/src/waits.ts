import { LongwaveError } from './errors.js';

/** Maximum length of a poll response, in maximum-length events. */
export const ANSWER_EVENTS = 16;

/** Time limit for the greeting of a stream, in milliseconds. */
export const GREETING_MS = 10_000;

/**
 * A server that returns an empty long poll sooner than this, in milliseconds, does not support long polls: the client waits before the
 * next one.
 */
export const EMPTY_POLL_MS = 1000;

/** Whether the platform reports that there is no network. */
export const isOffline = (): boolean => globalThis.navigator?.onLine === false;

/** Ends a connection so that the next one follows at once. */
export const AGAIN = new LongwaveError('ended', 'The subscription changed.');
