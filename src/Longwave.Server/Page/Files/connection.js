// The connection of this tab to the hub. A browser opens at most six HTTP/1.1 connections to a hub, for all tabs together: tabs with a stream
// of their own would block the seventh tab and its requests.

import { followAttention, subscribe, subscribeShared } from './longwave.js';
import { currentToken, identityTag } from './token.js';

const MAX_DELAY_MS = 15_000;

/** Interval between the polls of a hidden tab that cannot share a connection, in milliseconds. */
const HIDDEN_POLL_MS = 10_000;

/**
 * Subscribes. All tabs with the same token share one connection; only secure pages (`https`, `localhost`) can do that. On other pages only the
 * visible tab has a stream, and hidden tabs poll.
 * @param {{ topics: string[], since?: string, lastEventId?: string }} question
 */
export function openConnection(question) {
  const options = { ...question, maxDelayMs: MAX_DELAY_MS, token: currentToken };
  if (navigator.locks !== undefined) {
    return subscribeShared('v1/events', { ...options, group: identityTag() });
  }

  const subscription = subscribe('v1/events', { ...options, format: 'lines', pollEveryMs: HIDDEN_POLL_MS });
  const stopFollowing = followAttention(subscription, { hiddenAfterMs: 0 });
  subscription.on('state', ({ name }) => name === 'closed' && stopFollowing());
  return subscription;
}
