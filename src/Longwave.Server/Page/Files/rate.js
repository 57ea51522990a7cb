// Events per second over the last minute, as a chart and as text.

import { formatNumber } from './text.js';

const SECONDS = 60;
const WIDTH = 120;
const HEIGHT = 28;

export class RateMeter {
  #counts = new Array(SECONDS).fill(0);
  #second = Math.floor(performance.now() / 1000);
  #line = document.getElementById('spark-line');
  #area = document.getElementById('spark-area');
  #chart = document.getElementById('spark');
  #figure = document.getElementById('rate-now');

  constructor() {
    setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  add() {
    this.#advance();
    this.#counts[SECONDS - 1]++;
  }

  /** Uses the clock instead of counting ticks, because browsers suspend timers in hidden tabs. */
  #advance() {
    const second = Math.floor(performance.now() / 1000);
    const passed = second - this.#second;
    if (passed > 0) {
      this.#second = second;
      this.#counts = passed >= SECONDS ? new Array(SECONDS).fill(0) : this.#counts.slice(passed).concat(new Array(passed).fill(0));
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
