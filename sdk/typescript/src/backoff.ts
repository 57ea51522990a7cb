/** Bounds of the pauses between attempts, in milliseconds. */
export interface BackoffOptions {
  /** The shortest pause while the server has not said `retry:`. Default 1,000. */
  minDelayMs?: number | undefined;
  /** The longest pause. Default 30,000; a `retry:` above it wins. */
  maxDelayMs?: number | undefined;
}

/** No `retry:` makes a client wait longer than this before its first attempt. */
const MAX_FLOOR_MS = 3_600_000;

/** The first pause lasts at most so many floors: one number may hold for many clients. */
const FIRST_SPREAD = 2;

/** A hub gives each stream a random `retry:`, so its clients are spread already. */
const HUB_SPREAD = 1.1;

/** Pauses that a server asked for, or that reached the cap, are still spread by this much. */
const LEAST_SPREAD = 1.5;

/**
 * Pauses that grow and are random, so that clients that were cut off together do not come back together ("decorrelated jitter"). The first
 * is between the floor and twice the floor; each later one between the floor and three times the one before, up to the cap.
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

  /** The server's `retry:`. Zero still grows. */
  retry(ms: number, isHub: boolean): void {
    this.#floor = Math.min(Math.max(ms, 1), MAX_FLOOR_MS);
    this.#spread = isHub ? HUB_SPREAD : FIRST_SPREAD;
  }

  /** @param askedMs What the server asked for now (`Retry-After`): the pause is not shorter. */
  next(askedMs = 0): number {
    const low = Math.max(this.#floor, askedMs);
    const spread = askedMs > this.#floor ? LEAST_SPREAD : this.#spread;
    const grown = this.#last ? 3 * Math.max(this.#last, low) : low * spread;
    const high = Math.max(Math.min(this.#cap, grown), low * Math.min(spread, LEAST_SPREAD));
    const pause = low + this.random() * (high - low);
    this.#last = Math.min(pause, this.#cap);
    return pause;
  }

  /** The connection was good for long enough: the next pause is a first one. */
  reset(): void {
    this.#last = 0;
  }
}
