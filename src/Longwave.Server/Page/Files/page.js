// The page at `/`: the subscription and the parts that show it. The parts do not know each other; this file connects them.

import { codeBlock } from './code-block.js';
import { openConnection } from './connection.js';
import { whileIdle, whileListening } from './empty.js';
import { Feed } from './feed.js';
import { hubNow } from './hub-clock.js';
import { getJson } from './hub-requests.js';
import { setUpKeys } from './keys.js';
import { before, isPosition } from './longwave.js';
import { ANY, drawChips, isPattern, nameOf } from './names.js';
import { describeControl } from './notices.js';
import { setUpPublishing } from './publish.js';
import { RateMeter } from './rate.js';
import { rejectedOf } from './selectors.js';
import { load, save, showInAddress } from './session.js';
import { Sheet } from './sheet.js';
import { streamSnippets } from './snippets.js';
import { DEMO_SELECTOR } from './start.js';
import { StateLine } from './state.js';
import { button } from './text.js';
import { currentToken, isAsking, noteStatus, setUpToken } from './token.js';
import { TopicList } from './topics.js';

const SAVE_MS = 1000;

/** Type of events that have none. */
const NO_TYPE = 'message';

/** Notices that concern this tab alone; the others are of the connection, which tabs share. */
const OWN_NOTICES = ['gap', 'reset'];

const byId = (id) => document.getElementById(id);

/** `choice` is the value of the select; `since` is the time it resolved to when the stream began; `after` is the position to begin after. */
let { selectors, since, choice, after, position } = load();
let subscription = null;

/** Why the hub rejects a selector, for those that it rejects; the stream has the others. */
let rejected = new Map();
let reached = false;
let wasLive = false;

/** Position to report as resumed once the stream is open, or null. */
let resumes = null;
let began = new Date();
let newest = null;
let refusal = null;
let drawn = '';

/** Types of the events so far. */
let types = [];

const feed = new Feed((seen) => {
  types = seen;
  drawSnippets();
});
const rate = new RateMeter();
const state = new StateLine(comeBack);
const sheet = new Sheet();
const topics = new TopicList({ check: async (selector) => (await rejectedOf([selector])).get(selector) ?? null, toggle, reach });
const form = setUpPublishing(published);

setUpToken(askAgain);
setUpKeys({ filter: () => focusOn(selectors.length > 0 ? 'filter-text' : 'find-text'), topics: () => focusOn('find-text'), pause: () => feed.togglePause(), escape });
byId('since').value = choice;
byId('after-text').value = after;
byId('since').addEventListener('change', (event) => startFrom(event.target.value));
byId('after-form').addEventListener('submit', startAfter);
addEventListener('pagehide', keep);
setInterval(keep, SAVE_MS);
document.addEventListener('visibilitychange', keep);

show();
listen(position);

function keep() {
  save({ selectors, since, choice, after, position: subscription?.position ?? position });
}

/** Opens the stream of the selected topics: from the position `at`, or from `since` when `at` is null. */
async function listen(at) {
  const stopped = subscription;
  const chosen = selectors;
  subscription = null;
  stopped?.close();
  [position, wasLive, resumes, began, refusal, rejected] = [at, false, at, new Date(), null, new Map()];
  if (chosen.length === 0) {
    state.idle(reached);
    return;
  }

  state.connecting(true);
  const found = await rejectedOf(chosen);
  if (chosen !== selectors || subscription !== null) {
    return;
  }

  rejected = found;
  show();
  const accepted = chosen.filter((selector) => !rejected.has(selector));
  if (accepted.length === 0) {
    refuse([...rejected.values()][0]);
    return;
  }

  rejected.forEach((reason, selector) => feed.addNotice('rejected', `The hub rejected ${nameOf(selector)}: ${reason}`));
  subscription = openConnection({ topics: accepted, since: since ?? undefined, lastEventId: at ?? undefined });
  follow(subscription);
}

/** Shows the events and states of a subscription until it ends or another one replaces it. */
async function follow(opened) {
  const current = (show) => (said) => opened === subscription && show(said);
  const notice = (type, data) => {
    const { kind, words } = describeControl(type, data);
    feed.addNotice(kind, words);
    state.announce(words);
    if (type === 'reset') {
      resumes = null;
    } else if (type === 'reconnect') {
      state.leaving(words);
    }
  };
  opened.on('tip', current(showTip));
  opened.on('state', current(showState));
  OWN_NOTICES.forEach((type) => opened.on(type, current((data) => notice(type, data))));
  opened.on('control', current(({ type, data }) => OWN_NOTICES.includes(type) || notice(type, data)));
  try {
    for await (const event of opened) {
      if (opened === subscription) {
        feed.addEvent(event.type === NO_TYPE ? { ...event, type: undefined } : event);
        rate.add(event.time);
        showTip(event.id);
      }
    }
  } catch {
    // The state handler has already shown the rejection.
  }
}

/** Retries after the user entered another token. */
function askAgain() {
  topics.refresh();
  show();
  listen(subscription?.position ?? position);
}

/** Reconnects at once: the user does not want to wait, or has fixed the cause of a rejection. */
function comeBack() {
  if (refusal === null) {
    subscription?.reconnect();
  } else {
    listen(subscription?.position ?? position);
  }
}

function showState(now) {
  switch (now.name) {
    case 'connecting':
      state.connecting(!wasLive);
      break;
    case 'open':
      state.live(resumes);
      if (resumes !== null) {
        feed.addNotice('resumed', `Resumed at position ${resumes}.`);
      }

      [wasLive, resumes] = [true, null];
      drawEmpty();
      break;
    case 'waiting':
      // Only a stream that broke resumes; the connection of the tabs also opens again when their topics change.
      resumes = subscription.position;
      state.waiting(performance.now() + now.delayMs, now.error.message);
      break;
    default:
      close(now.error);
      break;
  }
}

/** Handles the end of the stream. If the hub rejects some of the selectors now, the stream continues with the others. */
async function close(error) {
  const closed = subscription;
  noteStatus(error ?? {});
  const found = error?.status === 403 || error?.status === 400 ? await rejectedOf(selectors) : new Map();
  if (closed !== subscription) {
    return;
  }

  if (found.size > 0 && found.size < selectors.length) {
    listen(closed.position);
  } else {
    refuse(error?.message ?? 'All topics are complete: no event follows.');
  }
}

function refuse(words) {
  refusal = words;
  state.refused(words);
  drawEmpty();
}

/** Renders once per frame, because thousands of events can arrive within one. */
function showTip(tip) {
  if (newest === null) {
    requestAnimationFrame(() => {
      byId('tip').hidden = false;
      byId('tip-position').textContent = newest;
      newest = null;
    });
  }

  newest = tip;
}

/** Adds or removes a selector. The other selectors miss nothing: the new stream resumes at the last position. */
function toggle(selector) {
  const adding = !selectors.includes(selector);
  const first = selectors.length === 0;
  const at = first ? null : subscription?.position ?? position;
  selectors = !adding ? selectors.filter((chosen) => chosen !== selector)
    : selector === ANY ? [ANY]
    : [...selectors.filter((chosen) => chosen !== ANY), selector];
  if (first || (adding && choice !== 'live')) {
    startFrom(choice);
    return;
  }

  if (selectors.length > 0) {
    feed.addNotice('chosen', `Subscribed to ${selectors.map(nameOf).join(', ')}.`);
  }

  show();
  listen(selectors.length > 0 ? at : null);
}

/** Clears the position and the rows, and starts again from the value of the select. */
function startFrom(chosen) {
  choice = chosen;
  byId('since').value = chosen;
  since = chosen === 'live' || chosen === 'after' ? null : chosen === 'earliest' ? chosen : new Date((hubNow() ?? Date.now()) - Number(chosen) * 1000).toISOString();
  if (chosen === 'after' && after === '') {
    show();
    byId('after-text').focus();
    return;
  }

  feed.reset();
  rate.clear();
  show();
  listen(chosen === 'after' ? after : null);
}

function startAfter(event) {
  event.preventDefault();
  const text = byId('after-text').value.trim();
  const isValid = isPosition(text);
  byId('after-text').setAttribute('aria-invalid', String(!isValid));
  byId('after-problem').textContent = isValid ? '' : 'An event id has the form epoch-offset, such as 5f3a9c1e-1042.';
  if (isValid) {
    after = text;
    startFrom('after');
  }
}

/** Without a selection, subscribes to the topic from just before the published event. Otherwise offers to add the topic, or to start there. */
function published(topic, at) {
  topics.refresh();
  const matches = () => selectors.includes(topic) || selectors.some(isPattern);
  if (selectors.length === 0 && at !== null) {
    [selectors, since, choice] = [[topic], null, 'live'];
    byId('since').value = choice;
    feed.reset();
    show();
    listen(before(at));
    sheet.close();
    return [];
  }

  return matches()
    ? at === null ? [] : [button('Show from here', () => {
      after = byId('after-text').value = before(at) ?? at;
      startFrom('after');
      sheet.close();
    })]
    : [button('Subscribe', () => matches() || toggle(topic))];
}

function reach(isReached) {
  reached = isReached;
  void doubt(isReached);
  if (isAsking()) {
    state.asking('Token required');
  } else if (selectors.length === 0) {
    state.idle(reached);
  }

  drawEmpty();
}

/** Shows that an open stream is about to end: the hub drains, or it answers no other requests. */
async function doubt(isReached) {
  state.doubt(isReached ? await drainNotice() : 'The hub answers no other requests');
}

async function drainNotice() {
  const health = await getJson('readyz').catch(({ problem }) => problem);
  return health.status === 'draining' ? 'The hub is shutting down' : null;
}

function focusOn(id) {
  if (sheet.isNarrow && id === 'find-text') {
    sheet.open('topics-card');
  }

  byId(id).focus();
}

/** Closes what is open, the innermost first. Returns whether there was something. */
function escape() {
  if (feed.isDetailOpen) {
    feed.closeDetail();
  } else if (feed.isFiltered) {
    feed.clearFilter();
  } else if (document.activeElement !== document.body && byId('feed').contains(document.activeElement) && document.activeElement !== byId('feed')) {
    byId('feed').focus();
  } else {
    return false;
  }

  return true;
}

function show() {
  topics.setChosen(selectors);
  showInAddress(selectors, choice);
  drawChips(selectors, rejected, toggle);
  byId('after-form').hidden = choice !== 'after' || selectors.length === 0;
  byId('code').hidden = selectors.length === 0;
  document.title = selectors.length === 0 ? 'Longwave' : `${selectors.map(nameOf).join(', ').slice(0, 80)} – Longwave`;
  drawSnippets();
  drawEmpty();
}

function drawSnippets() {
  const stream = { selectors, types, hasToken: currentToken() !== null };
  byId('snippets').replaceChildren(...streamSnippets(stream).map(({ title, code }) => codeBlock(title, code)));
}

/** Content of the empty list. Rendered again only when it changes, because it may have the focus. */
function drawEmpty() {
  const hub = { reached, asking: isAsking(), noTopics: topics.isEmpty, hasToken: currentToken() !== null };
  const stream = { selectors, kept: choice === 'earliest' ? 0 : topics.count(selectors), wasLive, refusal, began, noTopics: topics.isEmpty };
  const meaning = JSON.stringify([hub, stream]);
  if (meaning !== drawn) {
    drawn = meaning;
    feed.showEmpty(...(selectors.length > 0
      ? whileListening(stream, () => startFrom('earliest'))
      : whileIdle(hub, { publish: () => form.send(), watchDemo: () => toggle(DEMO_SELECTOR), pick: () => sheet.open('topics-card') })));
  }
}
