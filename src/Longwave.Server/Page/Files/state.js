// The state of the stream: shown at the top of the page, and announced once per change to screen readers.

import { seconds } from './notices.js';

/** Milliseconds during which "resumed at" is shown. */
const RESUMED_MS = 10_000;

/** Milliseconds after which a reconnect of an open stream is shown: usually it takes less, because only the topics changed. */
const QUICK_MS = 400;

const byId = (id) => document.getElementById(id);

export class StateLine {
  #box = byId('state');
  #words = byId('state-words');
  #button = byId('reconnect');
  #announcement = byId('announcement');
  #timer = 0;

  /** @param {() => void} onReconnect */
  constructor(onReconnect) {
    this.#button.addEventListener('click', onReconnect);
  }

  idle(reached) {
    this.#show(reached ? 'idle' : 'down', reached ? 'Not subscribed' : 'The hub is unreachable');
  }

  /** The hub requires authentication. */
  asking(words) {
    if (this.#words.textContent !== words) {
      this.#show('idle', words);
      this.announce(words);
    }
  }

  connecting(isFirst) {
    if (this.#box.dataset.state === 'live') {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#show('connecting', 'Reconnecting…'), QUICK_MS);
    } else {
      this.#show('connecting', isFirst ? 'Connecting…' : 'Reconnecting…');
    }
  }

  live(resumedAt) {
    const wasLive = this.#box.dataset.state === 'live';
    this.#show('live', resumedAt ? `Live, resumed at ${resumedAt}` : 'Live');
    if (!wasLive) {
      this.announce(this.#words.textContent);
    }

    if (resumedAt) {
      this.#timer = setTimeout(() => this.#show('live', 'Live'), RESUMED_MS);
    }
  }

  waiting(until, why) {
    if (this.#box.dataset.state !== 'waiting' && this.#announcement.textContent !== why) {
      this.announce(why);
    }

    const tick = () => {
      const left = until - performance.now();
      this.#show('waiting', `${why} Reconnecting in ${seconds(left)}`);
      this.#timer = left > 1000 ? setTimeout(tick, left % 1000 || 1000) : 0;
    };
    tick();
  }

  /** The hub ends the stream and has not closed the connection yet. */
  leaving(words) {
    this.#show('connecting', words);
  }

  /**
   * The stream is open, but will probably end.
   * @param {string | null} why The reason; null without doubt.
   */
  doubt(why) {
    if (why !== null && this.#box.dataset.state === 'live') {
      this.#show('doubt', why);
      this.announce(why);
    } else if (why === null && this.#box.dataset.state === 'doubt') {
      this.#show('live', 'Live');
    }
  }

  refused(words) {
    this.#show('refused', `Rejected. ${words}`);
    this.announce(`The hub rejected the request: ${words}`);
  }

  announce(words) {
    this.#announcement.textContent = words;
  }

  #show(state, words) {
    clearTimeout(this.#timer);
    this.#box.dataset.state = state;
    this.#words.textContent = words;
    this.#button.hidden = state !== 'waiting' && state !== 'refused';
    this.#button.textContent = state === 'refused' ? 'Try again' : 'Reconnect now';
  }
}
