// Streams while somebody looks, polls while nobody does: one position across both.

import type { Subscription } from './subscription.js';

/** When nobody is taken to look. */
export interface AttentionOptions {
  /** Hidden for so long, the page polls. Default 10,000: a look at another tab changes nothing. */
  hiddenAfterMs?: number | undefined;
  /** Without a key, pointer or scroll for so long, the page polls. Default: never. */
  idleAfterMs?: number | undefined;
}

const SIGNS_OF_LIFE = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'touchstart'] as const;

/**
 * Lets a subscription poll (every `pollEveryMs`) while the page is hidden or nobody touches it, and stream otherwise. No event is lost or doubled
 * at the change.
 * @returns What stops it, and streams again.
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
