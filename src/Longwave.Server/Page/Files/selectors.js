// Checks selectors with the hub before the page subscribes, so that an invalid or forbidden one never affects the others.

import { getJson } from './hub-requests.js';
import { noteStatus, withToken } from './token.js';

/** Most single checks after a joint one was rejected; further selectors are subscribed without a check. */
const MAX_CHECKS = 50;

/** Statuses that reject the selector. Every other failure does not depend on it. */
const isRejection = ({ status }) => status === 400 || status === 403;

/**
 * Returns why the hub rejects each selector, for those that it rejects.
 * @param {readonly string[]} selectors
 * @returns {Promise<Map<string, string>>}
 */
export async function rejectedOf(selectors) {
  const rejected = new Map();
  if (selectors.length === 0 || (await rejection(selectors)) === null) {
    return rejected;
  }

  for (const selector of selectors.slice(0, MAX_CHECKS)) {
    const reason = await rejection([selector]);
    if (reason !== null) {
      rejected.set(selector, reason);
    }
  }

  return rejected;
}

/** Asks the hub with a poll, which ends at once: null when it accepts the selectors, or when the failure does not depend on them. */
async function rejection(selectors) {
  const query = selectors.map((selector) => `topic=${encodeURIComponent(selector)}`).join('&');
  try {
    await getJson(`v1/events?limit=1&${query}`, withToken());
    return null;
  } catch (error) {
    noteStatus(error);
    return isRejection(error) ? error.message : null;
  }
}
