import { LongwaveError } from './errors.js';

/**
 * Maximum length of a poll response before its last event, in characters. A hub ends a response after the event that passes its limit,
 * 4 MiB by default. Twice that leaves room for notices and a higher limit.
 */
export const ANSWER_LENGTH = 8 * 1024 * 1024;

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
