// Streams while the page is in use and polls while it is not, with one position across both.

import type { Subscription } from './subscription.js';

/** When a page counts as not in use. */
export interface AttentionOptions {
  /** Time in milliseconds after which a hidden page polls. Default 10,000, so that a short look at another tab changes nothing. */
  hiddenAfterMs?: number | undefined;
  /** Time in milliseconds without a key, pointer or scroll event after which the page polls. Default: never. */
  idleAfterMs?: number | undefined;
}

const SIGNS_OF_LIFE = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'touchstart'] as const;

/**
 * Makes a subscription poll (every `pollEveryMs`) while the page is hidden or idle, and stream otherwise. A switch loses no event and
 * repeats none.
 * @returns A function that stops this and makes the subscription stream again.
 */
export function followAttention(subscription: Pick<Subscription<unknown>, 'transport'>, { hiddenAfterMs = 10_000, idleAfterMs }: AttentionOptions = {}): () => void {
  const active = subscription.transport;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pollAfter = (ms: number | undefined) => {
    clearTimeout(timer);
    if (ms !== undefined) {
      timer = setTimeout(() => {
        subscription.transport = 'poll';
      }, ms);
    }
  };
  const look = () => {
    if (document.visibilityState === 'hidden') {
      pollAfter(hiddenAfterMs);
    } else {
      subscription.transport = active;
      pollAfter(idleAfterMs);
    }
  };
  const all = ['visibilitychange', ...(idleAfterMs === undefined ? [] : SIGNS_OF_LIFE)];
  all.forEach((name) => document.addEventListener(name, look, { passive: true }));
  look();
  return () => {
    clearTimeout(timer);
    all.forEach((name) => document.removeEventListener(name, look));
    subscription.transport = active;
  };
}
