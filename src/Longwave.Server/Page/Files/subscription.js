// One subscription of the page: connects, reads lines, comes back after a break at the position it had, and hands every event on once.
//
// EventSource hands an event with an `event:` field only to listeners of that name, and nobody knows beforehand which types are published.
// So the page asks for lines (application/x-ndjson) and does itself what EventSource does: wait, come back, say the last position.

import { isAtOrBefore, isPosition } from './positions.js';
import { readLines } from './lines.js';
import { noteAnswer, withToken } from './token.js';

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 15_000;

/** Two and a half heartbeats of a hub with default settings. */
const SILENCE_MS = 40_000;

/** Longer than the longest heartbeat that can be set. */
const MAX_SILENCE_MS = 3 * 3_600_000;

/** Answers that may be different next time. All others of 4xx say that the question is wrong. */
const isPassing = (status) => status >= 500 || status === 408 || status === 425 || status === 429;

export class Subscription {
  #request;
  #on;
  #controller = null;
  #stopped = false;
  #endWait = null;

  /** Position of the newest event handed on: one at or before it comes a second time. */
  #seen = null;

  /** Everything that matches up to here was handed on, or its loss was told. */
  #position;

  /** Where the log stood when a subscription without a position began. */
  #begin = null;

  /** What the hub said first on this connection. */
  #greeting = null;

  /** Failures since the last line. */
  #failures = 0;
  #silenceMs = SILENCE_MS;
  #tipsOfConnection = 0;
  #resumedAt = null;

  /** The greeting came, and what follows it decides whether the position still counted. */
  #isOpening = false;
  #retryMs = null;

  /**
   * @param {{ selectors: string[], since: string | null, position: string | null }} request `since`: `earliest`, an RFC 3339 time, or null for new events.
   * @param {{ event: Function, control: Function, tip: Function, state: Function }} on
   */
  constructor(request, on) {
    this.#request = request;
    this.#position = request.position;
    this.#on = on;
  }

  /** Where to resume, or null before anything is known. */
  get position() {
    return this.#position ?? this.#begin;
  }

  async run() {
    while (!this.#stopped) {
      const outcome = await this.#connect();
      if (this.#stopped) {
        return;
      }

      if (outcome.refused) {
        this.#on.state({ name: 'refused', words: outcome.words });
        await this.#wait(null);
        continue;
      }

      const delay = this.#retryMs ?? outcome.retryAfterMs ?? this.#backOff();
      this.#retryMs = null;
      this.#failures++;
      this.#on.state({ name: 'waiting', until: performance.now() + delay, words: outcome.words });
      await this.#wait(delay);
    }
  }

  stop() {
    this.#stopped = true;
    this.#controller?.abort();
    this.#endWait?.();
  }

  /** Ends the wait, if it is waiting. */
  reconnectNow() {
    this.#endWait?.();
  }

  /** Random, so that all pages of one hub do not come back in one moment. */
  #backOff() {
    const most = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#failures, 10));
    return most / 2 + (Math.random() * most) / 2;
  }

  #wait(ms) {
    return new Promise((resolve) => {
      const timer = ms === null ? 0 : setTimeout(resolve, ms);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => {
      this.#endWait = null;
    });
  }

  #address() {
    const query = new URLSearchParams();
    this.#request.selectors.forEach((selector) => query.append('topic', selector));
    if (this.#request.since) {
      query.set('since', this.#request.since);
    }

    if (this.position) {
      query.set('last_event_id', this.position);
    }

    return `v1/events?${query}`;
  }

  /** One connection, from the request to its end. Says in words why it ended. */
  async #connect() {
    this.#controller = new AbortController();
    this.#resumedAt = this.position;
    this.#tipsOfConnection = 0;
    this.#isOpening = false;
    this.#on.state({ name: 'connecting' });
    let silent = false;
    let watchdog = 0;
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        silent = true;
        this.#controller.abort();
      }, this.#silenceMs);
    };

    heard();
    try {
      const response = await fetch(this.#address(), {
        headers: withToken({ Accept: 'application/x-ndjson' }),
        cache: 'no-store',
        credentials: 'same-origin',
        signal: this.#controller.signal,
      });
      noteAnswer(response);
      const unusable = await describeUnusable(response);
      if (unusable) {
        return unusable;
      }

      await readLines(response.body, (line) => this.#take(line), heard);
      return { words: 'The hub ended the stream.' };
    } catch {
      if (silent) {
        // Either the connection is dead, or this hub's heartbeats are set further apart: be more patient next time.
        this.#silenceMs = Math.min(MAX_SILENCE_MS, this.#silenceMs * 2);
        return { words: 'Nothing was heard from the hub for too long.' };
      }

      return { words: this.#tipsOfConnection > 0 ? 'The connection was lost.' : 'The hub can’t be reached.' };
    } finally {
      clearTimeout(watchdog);

      // A line that could not be read leaves the rest of the answer unread.
      this.#controller.abort();
    }
  }

  #take(line) {
    if (this.#stopped) {
      return;
    }

    const item = JSON.parse(line);
    if (item.id === undefined) {
      this.#takeControl(item);
      return;
    }

    if (!isPosition(item.id) || typeof item.data !== 'string') {
      throw new Error('not an event');
    }

    if (this.#seen === null || !isAtOrBefore(item.id, this.#seen)) {
      this.#seen = item.id;
      this.#position = item.id;
      this.#opened();
      this.#on.event(item);
    }
  }

  #takeControl(item) {
    switch (item.type) {
      case 'longwave.tip':
        this.#takeTip(item.data);
        return;
      case 'longwave.reset':
        // The old positions mean nothing any more: this connection began anew.
        [this.#seen, this.#position] = [null, null];
        this.#begin = this.#request.since ? null : this.#greeting;
        [this.#resumedAt, this.#isOpening] = [null, true];
        break;
      case 'longwave.reconnect':
        this.#retryMs = Number.isFinite(item.retry) ? item.retry : null;
        break;
      default:
        break;
    }

    this.#opened();
    this.#on.control(item.type, parseObject(item.data));
  }

  /** Says that the stream is open, before anything that comes out of it. */
  #opened() {
    if (this.#isOpening && !this.#stopped) {
      this.#isOpening = false;
      this.#on.state({ name: 'live', resumedAt: this.#resumedAt });
    }
  }

  /** The first tip greets. The later ones are heartbeats, and a hub sends those only to a stream that has everything up to there. */
  #takeTip(tip) {
    this.#failures = 0;
    this.#tipsOfConnection++;
    if (this.#tipsOfConnection === 1) {
      this.#greeting = tip;
      if (this.position === null && !this.#request.since) {
        this.#begin = tip;
      }

      // A reset comes right behind the greeting: it would be wrong to say "resumed" before the rest of these bytes was looked at.
      this.#isOpening = true;
      queueMicrotask(() => this.#opened());
    } else {
      this.#position = tip;
    }

    this.#on.tip(tip);
  }
}

/** What to say, and whether to come back, when an answer is not a stream; null when it is one. */
async function describeUnusable(response) {
  if (response.ok && response.headers.get('Content-Type')?.startsWith('application/x-ndjson')) {
    return null;
  }

  if (response.ok) {
    return { refused: response.status === 204, words: 'Something that is not a hub answered.' };
  }

  const problem = await readProblem(response);
  const seconds = Number(response.headers.get('Retry-After'));
  return {
    refused: !isPassing(response.status),
    retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
    words: problem,
  };
}

/** The words of a refusal (RFC 9457), or the status when there are none. */
export async function readProblem(response) {
  const problem = parseObject(await response.text().catch(() => ''));
  const title = typeof problem.title === 'string' ? problem.title : `HTTP ${response.status}`;
  const field = typeof problem.field === 'string' ? ` (${problem.field})` : '';
  return typeof problem.detail === 'string' ? `${title}${field}: ${problem.detail}` : title + field;
}

function parseObject(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}
