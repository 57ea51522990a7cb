/** Limits of the delays between attempts, in milliseconds. */
export interface BackoffOptions {
  /** Minimum delay while the server has not sent `retry:`. Default 1,000. */
  minDelayMs?: number | undefined;
  /** Maximum delay. Default 30,000; a longer `retry:` takes precedence. */
  maxDelayMs?: number | undefined;
}

/** Maximum `retry:` that the client follows: one hour. */
const MAX_FLOOR_MS = 3_600_000;

/** Upper bound of the first delay, in floors: many clients may have the same floor. */
const FIRST_SPREAD = 2;

/** A hub sends each stream a random `retry:`, so its clients are already spread. */
const HUB_SPREAD = 1.1;

/** Random spread of delays that the server asked for or that reached the maximum. */
const LEAST_SPREAD = 1.5;

/**
 * Computes random delays that grow with each failure, so that clients disconnected together do not reconnect together ("decorrelated
 * jitter"). The first is between the floor and twice the floor; each later one is between the floor and three times the previous delay, up
 * to the maximum.
 */
export class Backoff {
  readonly #cap: number;
  #floor: number;
  #spread = FIRST_SPREAD;
  #last = 0;

  constructor(options: BackoffOptions = {}, private readonly random: () => number = Math.random) {
    this.#floor = options.minDelayMs ?? 1000;
    this.#cap = options.maxDelayMs ?? 30_000;
  }

  /** Sets the floor to the server's `retry:`. Delays grow even when it is zero. */
  retry(ms: number, isHub: boolean): void {
    this.#floor = Math.min(Math.max(ms, 1), MAX_FLOOR_MS);
    this.#spread = isHub ? HUB_SPREAD : FIRST_SPREAD;
  }

  /** @param askedMs Delay that the server asked for in this response (`Retry-After`); the result is not shorter. */
  next(askedMs = 0): number {
    const low = Math.max(this.#floor, askedMs);
    const spread = askedMs > this.#floor ? LEAST_SPREAD : this.#spread;
    const grown = this.#last ? 3 * Math.max(this.#last, low) : low * spread;
    const high = Math.max(Math.min(this.#cap, grown), low * Math.min(spread, LEAST_SPREAD));
    const pause = low + this.random() * (high - low);
    this.#last = Math.min(pause, this.#cap);
    return pause;
  }

  /** Resets the delay after a stable connection: the next one is a first delay again. */
  reset(): void {
    this.#last = 0;
  }
}
