// Publishes 1, 2, 3 … until the end, also while the hub is down: each event is in the log once.

import { setTimeout } from 'node:timers/promises';

export class Load {
  published = 0;
  #isOver = false;
  #running;

  /**
   * @param publish Publishes the data, and repeats until the hub confirms it.
   * @param {number} pauseMs Pause between two events.
   */
  constructor(publish, pauseMs) {
    this.#running = this.#run(publish, pauseMs);
  }

  async #run(publish, pauseMs) {
    while (!this.#isOver) {
      await publish(String(this.published + 1));
      this.published++;
      await setTimeout(pauseMs);
    }
  }

  /** Resolves with the number of events. */
  async end() {
    this.#isOver = true;
    await this.#running;
    return this.published;
  }
}
