import { LongwaveError } from './errors.js';

/** A hub's with default settings. */
const HEARTBEAT_MS = 15_000;

/** A stream that was silent for so many heartbeats is dead. */
const SILENT_HEARTBEATS = 2.5;

/** What is learned is never below this: a busy machine is not a dead stream. */
const MIN_LEARNED_MS = 1000;

/** The longest heartbeat that a hub can be set to. */
const MAX_HEARTBEAT_MS = 3_600_000;

/** How late a timer may be before it says that the program itself slept. */
const SLEPT_MS = 2000;

/** Timers take no longer times, and fire at once instead. */
const NEVER_MS = 2 ** 31;

/** Notices connections that are dead but not closed. The heartbeat is told, or learned from the longest of the last few. */
export class Watchdog {
  /** Infinity for a server that is not known to have heartbeats. */
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

  /** How long a stream may be silent. */
  get silenceMs(): number {
    return this.#heartbeatMs * SILENT_HEARTBEATS;
  }

  /** From now on something must come within `ms`. */
  arm(ms: number, kind: 'silence' | 'no-greeting'): void {
    this.stop();
    this.#isQuiet = kind === 'silence';
    const since = this.#since = performance.now();
    if (ms < NEVER_MS) {
      this.#timer = setTimeout(() => {
        // A page that was frozen hears its timers before the bytes that wait for it: it listens once more.
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

  /** A tip came. */
  heard(isGreeting: boolean): void {
    const now = performance.now();
    this.#heartbeatMs = this.#heartbeatMs < Infinity ? this.#heartbeatMs : HEARTBEAT_MS;
    if (!isGreeting && this.#isLearning) {
      this.#intervals = [...this.#intervals.slice(-3), now - this.#heardAt];
      this.#heartbeatMs = Math.min(MAX_HEARTBEAT_MS, Math.max(MIN_LEARNED_MS, ...this.#intervals));
    }

    this.#heardAt = now;
  }

  /** The stream was silent for too long: it is dead, or the hub's heartbeats are further apart than the default. The next limit is twice as long. */
  doubt(): void {
    if (this.#isLearning && this.#intervals.length === 0) {
      this.#heartbeatMs = Math.min(MAX_HEARTBEAT_MS, this.#heartbeatMs * 2);
    }
  }

  /** The page or the network is back: a stream that was silent for more than a heartbeat and a half is left. */
  check(): void {
    if (this.#isQuiet && performance.now() - this.#since > this.#heartbeatMs * 1.5) {
      this.#expire('silence');
    }
  }

  #expire(kind: 'silence' | 'no-greeting'): void {
    this.#end(new LongwaveError(kind, kind === 'silence' ? 'The server was silent for too long.' : 'The stream did not begin in time: a proxy may hold it back.'));
  }
}
