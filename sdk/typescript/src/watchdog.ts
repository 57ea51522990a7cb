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

const WORDS = {
  silence: 'Nothing was heard from the server for too long.',
  'no-greeting': 'The stream did not begin in time; something on the way may hold it back.',
};

/** Notices connections that are dead but not closed. The heartbeat is told, or learned from the longest of the last few. */
export class Watchdog {
  #heartbeatMs: number | undefined;
  readonly #isLearning: boolean;
  readonly #intervals: number[] = [];
  #heardAt = 0;
  #since = 0;
  #isQuiet = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(heartbeatMs: number | undefined, isHub: boolean) {
    this.#isLearning = heartbeatMs === undefined;
    this.#heartbeatMs = heartbeatMs ?? (isHub ? HEARTBEAT_MS : undefined);
  }

  /** How long a stream may be silent; undefined for a server that is not known to have heartbeats. */
  get silenceMs(): number | undefined {
    return this.#heartbeatMs === undefined ? undefined : this.#heartbeatMs * SILENT_HEARTBEATS;
  }

  /** From now on something must come within `ms`. */
  arm(ms: number | undefined, kind: 'silence' | 'no-greeting', abort: AbortController): void {
    this.stop();
    this.#isQuiet = kind === 'silence';
    const since = this.#since = performance.now();
    if (ms !== undefined) {
      this.#timer = setTimeout(() => {
        // A page that was frozen hears its timers before the bytes that wait for it: it listens once more.
        if (performance.now() - since > ms + SLEPT_MS) {
          this.arm(ms, kind, abort);
        } else {
          abort.abort(new LongwaveError(kind, WORDS[kind]));
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
    this.#heartbeatMs ??= HEARTBEAT_MS;
    if (!isGreeting && this.#isLearning) {
      this.#intervals.splice(0, this.#intervals.length - 3);
      this.#intervals.push(now - this.#heardAt);
      this.#heartbeatMs = Math.min(MAX_HEARTBEAT_MS, Math.max(MIN_LEARNED_MS, ...this.#intervals));
    }

    this.#heardAt = now;
  }

  /** It was silent for too long: dead, or this hub's heartbeats are further apart than anybody knows. More patience next time. */
  doubt(): void {
    if (this.#isLearning && this.#intervals.length === 0 && this.#heartbeatMs !== undefined) {
      this.#heartbeatMs = Math.min(MAX_HEARTBEAT_MS, this.#heartbeatMs * 2);
    }
  }

  /** Somebody looks again: a stream that was silent for more than a heartbeat and a half is not waited for. */
  check(abort: AbortController): void {
    if (this.#isQuiet && this.#heartbeatMs !== undefined && performance.now() - this.#since > this.#heartbeatMs * 1.5) {
      abort.abort(new LongwaveError('silence', WORDS.silence));
    }
  }
}
