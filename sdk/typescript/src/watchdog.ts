import { LongwaveError } from './errors.js';

/** Default heartbeat interval of a hub, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** Number of heartbeats without data after which a stream is dead. */
const SILENT_HEARTBEATS = 2.5;

/** Minimum measured heartbeat in milliseconds, so that a busy machine does not count as a dead stream. */
const MIN_LEARNED_MS = 1000;

/** Maximum heartbeat interval that a hub can be set to, in milliseconds. */
const MAX_HEARTBEAT_MS = 3_600_000;

/** Delay of a timer, in milliseconds, from which the program itself must have been suspended. */
const SLEPT_MS = 2000;

/** Timers do not support longer times; with them they would fire at once. */
const NEVER_MS = 2 ** 31;

/** Detects connections that are dead but not closed. The heartbeat is set, or measured as the longest of the last few. */
export class Watchdog {
  /** Infinity for a server without known heartbeats. */
  #heartbeatMs: number;
  readonly #isLearning: boolean;
  readonly #end: (error: LongwaveError) => void;
  #intervals: number[] = [];
  #heardAt = 0;
  #since = 0;
  #isQuiet = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param end Ends the connection. */
  constructor(heartbeatMs: number | undefined, isHub: boolean, end: (error: LongwaveError) => void) {
    this.#end = end;
    this.#isLearning = heartbeatMs === undefined;
    this.#heartbeatMs = heartbeatMs ?? (isHub ? HEARTBEAT_MS : Infinity);
  }

  /** Maximum silence of a stream, in milliseconds. */
  get silenceMs(): number {
    return this.#heartbeatMs * SILENT_HEARTBEATS;
  }

  /** Starts the timer: data must arrive within `ms`. */
  arm(ms: number, kind: 'silence' | 'no-greeting'): void {
    this.stop();
    this.#isQuiet = kind === 'silence';
    const since = this.#since = performance.now();
    if (ms < NEVER_MS) {
      this.#timer = setTimeout(() => {
        // Timers of a page that was frozen run before the buffered bytes arrive: wait once more.
        if (performance.now() - since > ms + SLEPT_MS) {
          this.arm(ms, kind);
        } else {
          this.#expire(kind);
        }
      }, ms);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isQuiet = false;
  }

  /** Records the arrival of a tip. */
  heard(isGreeting: boolean): void {
    const now = performance.now();
    this.#heartbeatMs = this.#heartbeatMs < Infinity ? this.#heartbeatMs : HEARTBEAT_MS;
    if (!isGreeting && this.#isLearning) {
      this.#intervals = [...this.#intervals.slice(-3), now - this.#heardAt];
      this.#heartbeatMs = Math.min(MAX_HEARTBEAT_MS, Math.max(MIN_LEARNED_MS, ...this.#intervals));
    }

    this.#heardAt = now;
  }

  /** Doubles the next limit after a silence, because the stream may be alive with a heartbeat interval longer than the default. */
  doubt(): void {
    if (this.#isLearning && this.#intervals.length === 0) {
      this.#heartbeatMs = Math.min(MAX_HEARTBEAT_MS, this.#heartbeatMs * 2);
    }
  }

  /** Checks the stream when the page or the network returns: ends it after more than 1.5 heartbeats of silence. */
  check(): void {
    if (this.#isQuiet && performance.now() - this.#since > this.#heartbeatMs * 1.5) {
      this.#expire('silence');
    }
  }

  #expire(kind: 'silence' | 'no-greeting'): void {
    this.#end(new LongwaveError(kind, kind === 'silence' ? 'The server was silent for too long.' : 'The stream did not start in time: a proxy may buffer it.'));
  }
}
