// The list of topics: a multi-select list box, refreshed while the page is visible.

import { getJson } from './hub-requests.js';
import { noteStatus, withToken } from './token.js';
import { appendVisible, element, formatNumber } from './text.js';

const REFRESH_MS = 2000;

/** Refreshes skipped after each refresh when there is more than one page of topics. */
const RESTING_TICKS = 4;

/** Topics per request: the hub's default limit of one answer. */
const PAGE = 1000;
const ANY = '*';

const byId = (id) => document.getElementById(id);

export class TopicList {
  #list = byId('topic-list');
  #total = byId('topics-total');
  #note = byId('topics-note');
  #text = byId('find-text');
  #listen = byId('find-listen');
  #problem = byId('find-problem');
  #onCheck;
  #onToggle;
  #onReach;
  #chosen = new Set();
  #topics = [];
  #known = 0;
  #options = new Map();
  #failure = null;
  #loading = false;
  #ticksToRest = 0;

  /**
   * @param {{ check: (selector: string) => Promise<string | null>, toggle: (selector: string) => void, reach: (reached: boolean) => void }} on
   * `check`: why the hub rejects a selector, or null; `toggle`: a selector was added or removed; `reach`: whether the hub answered.
   */
  constructor({ check, toggle, reach }) {
    [this.#onCheck, this.#onToggle, this.#onReach] = [check, toggle, reach];
    this.#list.addEventListener('click', (event) => this.#click(event));
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#text.addEventListener('input', () => {
      this.#showProblem('');
      this.refresh();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') {
        this.#list.querySelector('[role=option]')?.focus();
        event.preventDefault();
      }
    });
    byId('find').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#add(this.#text.value.trim());
    });
    setInterval(() => this.#tick(), REFRESH_MS);
    document.addEventListener('visibilitychange', () => document.hidden || this.refresh());
    this.#draw();
    this.refresh();
  }

  /** Stored events of the selection, or null when unknown: for templates, and for topics of another page of the list. */
  count(selectors) {
    const counts = new Map(this.#topics.map((topic) => [topic.topic, topic.count]));
    const isWhole = this.#known === this.#topics.length;
    const countOf = (selector) => selector === ANY && isWhole ? [...counts.values()].reduce((sum, count) => sum + count, 0)
      : selector === ANY || selector.includes('{') ? NaN
      : counts.get(selector) ?? (isWhole ? 0 : NaN);
    const sum = selectors.reduce((all, selector) => all + countOf(selector), 0);
    return Number.isNaN(sum) ? null : sum;
  }

  get isEmpty() {
    return this.#known === 0;
  }

  setChosen(selectors) {
    this.#chosen = new Set(selectors);
    this.#draw();
  }

  /** Subscribes to what the user typed, unless the hub rejects it: then the text stays, with the reason beside it. */
  async #add(selector) {
    if (selector === '' || this.#listen.ariaBusy === 'true') {
      return;
    }

    this.#listen.ariaBusy = 'true';
    const reason = this.#chosen.has(selector) ? null : await this.#onCheck(selector);
    this.#listen.ariaBusy = 'false';
    if (reason === null && !this.#chosen.has(selector)) {
      this.#onToggle(selector);
    }

    this.#text.value = reason === null ? '' : this.#text.value;
    this.#showProblem(reason ?? '');
  }

  #showProblem(text) {
    this.#problem.replaceChildren();
    appendVisible(this.#problem, text);
    this.#text.setAttribute('aria-invalid', String(text !== ''));
    this.#draw();
  }

  async refresh() {
    if (this.#loading) {
      return;
    }

    this.#loading = true;
    const text = this.#text.value.trim();
    try {
      [this.#topics, this.#known] = await this.#load(text);
      this.#failure = null;
    } catch (error) {
      this.#failure = error;
    }

    this.#loading = false;
    this.#ticksToRest = this.#known > PAGE ? RESTING_TICKS : 0;
    this.#draw();
    this.#onReach(this.#failure === null || this.#failure.status > 0);
    if (this.#failure === null && this.#known > PAGE && this.#text.value.trim() !== text) {
      this.refresh();
    }
  }

  /** The hub sorts topics by name. With more than one page, fetches the exact name and the names after it that begin with the text. */
  async #load(text) {
    if (this.#known <= PAGE || text === '') {
      const page = await fetchTopics(`limit=${PAGE}`);
      return [page.topics, countOf(page)];
    }

    const [exact, page] = await Promise.all([
      text.includes('{') || text === ANY ? null : fetchTopics(`topic=${encodeURIComponent(text)}`),
      fetchTopics(`limit=${PAGE}&after=${encodeURIComponent(text)}`),
    ]);
    return [[...(exact?.topics ?? []), ...page.topics], countOf(page)];
  }

  #tick() {
    if (!document.hidden && this.#ticksToRest-- <= 0) {
      this.refresh();
    }
  }

  #draw() {
    const text = this.#text.value.trim();
    this.#listen.disabled = text === '';
    const wanted = text.toLowerCase();
    const shown = this.#topics.filter((topic) => topic.topic.toLowerCase().includes(wanted));
    const names = [...(wanted === '' ? [ANY] : []), ...shown.map((topic) => topic.topic)];
    const counts = new Map(shown.map((topic) => [topic.topic, topic]));

    // Reuse the option elements, so that focus and scroll position stay.
    for (const [name, option] of this.#options) {
      if (!names.includes(name)) {
        this.#remove(name, option);
      }
    }

    names.forEach((name, i) => {
      const option = this.#options.get(name) ?? this.#make(name);
      if (this.#list.children[i] !== option) {
        this.#list.insertBefore(option, this.#list.children[i] ?? null);
      }

      this.#update(option, name, counts.get(name));
    });
    if (!this.#list.querySelector('[tabindex="0"]')) {
      this.#list.firstElementChild?.setAttribute('tabindex', '0');
    }

    this.#total.textContent = this.#known > 0 && this.#known < Infinity ? formatNumber(this.#known) : '';
    this.#note.textContent = this.#problem.hasChildNodes() ? '' : this.#noteWords(text, shown.length);
    this.#note.hidden = this.#note.textContent === '';
  }

  #noteWords(text, shown) {
    if (this.#failure !== null) {
      const { status } = this.#failure;
      return status === 401 || status === 403
        ? 'Listing topics requires a token with a read grant.'
        : `Cannot refresh the list: the hub ${status ? `answers with ${status}` : 'does not answer'}.`;
    }

    if (text !== '' && shown === 0) {
      return 'No topic has this name yet. Press Enter to subscribe to it anyway, also as a template.';
    }

    return text === '' && this.#known > this.#topics.length
      ? `Showing the first ${formatNumber(this.#topics.length)} topics. Type to find others.`
      : '';
  }

  #make(name) {
    const option = element('li', 'option');
    option.setAttribute('role', 'option');
    option.tabIndex = -1;
    option.dataset.selector = name;
    const label = element('bdi', 'name');
    if (name === ANY) {
      label.textContent = 'All topics';
    } else {
      appendVisible(label, name);
      option.title = name;
    }

    option.append(element('span', 'box'), label, element('span', 'number'));
    this.#options.set(name, option);
    return option;
  }

  #update(option, name, topic) {
    option.setAttribute('aria-selected', String(this.#chosen.has(name)));
    const count = topic ? `${topic.complete ? '✓ ' : ''}${formatNumber(topic.count)}` : '';
    const number = option.lastElementChild;
    if (number.textContent !== count) {
      number.textContent = count;
      number.title = topic?.complete ? 'Complete: the topic accepts no further event' : '';
    }

    // A topic is active when its newest event has changed since the last refresh.
    const tip = topic?.tip ?? '';
    option.classList.toggle('alive', option.dataset.tip !== undefined && option.dataset.tip !== tip);
    option.dataset.tip = tip;
  }

  #remove(name, option) {
    if (option.contains(document.activeElement)) {
      this.#text.focus();
    }

    option.remove();
    this.#options.delete(name);
  }

  #click(event) {
    const option = event.target.closest('[role=option]');
    if (option) {
      this.#focus(option);
      this.#onToggle(option.dataset.selector);
    }
  }

  #key(event) {
    const option = event.target.closest('[role=option]');
    if (!option || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }

    const next = {
      ArrowDown: option.nextElementSibling,
      ArrowUp: option.previousElementSibling ?? this.#text,
      Home: this.#list.firstElementChild,
      End: this.#list.lastElementChild,
    }[event.key];
    if (event.key === ' ' || event.key === 'Enter') {
      this.#onToggle(option.dataset.selector);
    } else if (next) {
      this.#focus(next);
    } else if (event.key !== 'ArrowDown') {
      return;
    }

    event.preventDefault();
  }

  /** Makes one option at a time reachable with Tab (roving tabindex). */
  #focus(target) {
    if (target !== this.#text) {
      this.#list.querySelectorAll('[tabindex="0"]').forEach((option) => option.setAttribute('tabindex', '-1'));
      target.setAttribute('tabindex', '0');
    }

    target.focus();
  }
}

/** A page has no total when the caller cannot see all topics: then there are those of the page, or more than anyone has counted. */
function countOf(page) {
  return page.total ?? (page.next === undefined ? page.topics.length : Infinity);
}

async function fetchTopics(query) {
  try {
    return await getJson(`v1/topics?${query}`, withToken());
  } catch (error) {
    noteStatus(error);
    throw error;
  }
}
