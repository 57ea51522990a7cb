/** Bounds of the pauses between attempts, in milliseconds. */
export interface BackoffOptions {
  /** The shortest pause while the server has not said `retry:`. Default 1,000. */
  minDelayMs?: number | undefined;
  /** The longest pause. Default 30,000; a `retry:` above it wins. */
  maxDelayMs?: number | undefined;
}

/** No `retry:` makes a client wait longer than this before its first attempt. */
const MAX_FLOOR_MS = 3_600_000;

/**
 * Pauses that grow and are random, so that clients that were cut off together do not come back together ("decorrelated jitter"):
 * each is between the floor and three times the one before, and never above the cap.
 */
export class Backoff {
  readonly #cap: number;
  #floor: number;
  #last = 0;

  constructor(options: BackoffOptions = {}, private readonly random: () => number = Math.random) {
    this.#floor = options.minDelayMs ?? 1000;
    this.#cap = options.maxDelayMs ?? 30_000;
  }

  /** The server's `retry:`. Zero still grows. */
  set floor(ms: number) {
    this.#floor = Math.min(Math.max(ms, 1), MAX_FLOOR_MS);
  }

  next(): number {
    const most = Math.max(this.#floor, this.#last) * 3;
    return this.#last = Math.max(this.#floor, Math.min(this.#cap, this.#floor + this.random() * (most - this.#floor)));
  }

  /** The connection was good for long enough: the next pause is a first one. */
  reset(): void {
    this.#last = 0;
  }
}
