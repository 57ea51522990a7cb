// Events per second over the last minute, as a chart and as text. An event counts in the second in which the hub appended it, so a replay
// of old events is not a peak of the present.

import { hubNow, noteEventTime } from './hub-clock.js';
import { formatNumber } from './text.js';

const SECONDS = 60;
const WIDTH = 120;
const HEIGHT = 28;

export class RateMeter {
  /** Events of each second; the last element is the current second. */
  #counts = new Array(SECONDS).fill(0);
  #second = null;
  #line = document.getElementById('spark-line');
  #area = document.getElementById('spark-area');
  #chart = document.getElementById('spark');
  #figure = document.getElementById('rate-now');

  constructor() {
    setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  /** @param {string | undefined} time Time at which the hub appended the event. */
  add(time) {
    const at = Date.parse(time ?? '');
    if (Number.isNaN(at) || hubNow() === null) {
      return;
    }

    noteEventTime(at);
    this.#advance();
    const age = this.#second - Math.floor(at / 1000);
    if (age >= 0 && age < SECONDS) {
      this.#counts[SECONDS - 1 - age]++;
    }
  }

  /** Forgets the events of the previous selection. */
  clear() {
    this.#counts.fill(0);
    this.#draw();
  }

  /** Uses the clock instead of counting ticks, because browsers suspend timers in hidden tabs. */
  #advance() {
    const now = hubNow();
    if (now === null) {
      return;
    }

    const second = Math.floor(now / 1000);
    const passed = second - (this.#second ?? second);
    this.#second = second;
    if (passed < 0 || passed >= SECONDS) {
      this.#counts.fill(0);
    } else if (passed > 0) {
      this.#counts = this.#counts.slice(passed).concat(new Array(passed).fill(0));
    }
  }

  #draw() {
    this.#advance();

    // Omit the current second, which is incomplete.
    const counts = this.#counts.slice(0, -1);
    const peak = Math.max(...counts);
    const x = (i) => ((i * WIDTH) / (counts.length - 1)).toFixed(1);
    const y = (count) => (HEIGHT - 2 - (count / Math.max(peak, 1)) * (HEIGHT - 5)).toFixed(1);
    const points = counts.map((count, i) => `${x(i)} ${y(count)}`).join('L');
    this.#line.setAttribute('d', `M${points}`);
    this.#area.setAttribute('d', `M0 ${HEIGHT}L${points}L${WIDTH} ${HEIGHT}Z`);
    const now = counts[counts.length - 1];
    this.#figure.textContent = formatNumber(now);
    this.#chart.setAttribute('aria-label', `Events per second in the last minute: now ${formatNumber(now)}, at most ${formatNumber(peak)}`);
  }
}
