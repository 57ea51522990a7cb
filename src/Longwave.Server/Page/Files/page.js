// The page at `/`: the subscription and the parts that show it. The parts do not know each other; this file connects them.

import { Feed } from './feed.js';
import { before, subscribe } from './longwave.js';
import { describeControl } from './notices.js';
import { RateMeter } from './rate.js';
import { load, save, showInAddress } from './session.js';
import { codeBlock, publishCommand, streamSnippets } from './snippets.js';
import { StateLine } from './state.js';
import { appendVisible, element, formatNumber } from './text.js';
import { TopicList } from './topics.js';
import { setUpPublishing } from './publish.js';
import { currentToken, isAsking, noteStatus, setUpToken } from './token.js';

const SAVE_MS = 1000;
const MAX_DELAY_MS = 15_000;
const ANY = '*';

const byId = (id) => document.getElementById(id);

/** `choice` is the value of the select; `since` is the time it resolved to when the stream began. */
let { selectors, since, choice, position } = load();
let subscription = null;
let reached = false;
let wasLive = false;
let began = new Date();
let newest = null;
let refusal = null;
let drawn = '';

const feed = new Feed();
const rate = new RateMeter();
const state = new StateLine(comeBack);
const topics = new TopicList({ toggle, reach });

setUpToken(askAgain);
setUpPublishing(published);
byId('since').value = choice;
byId('since').addEventListener('change', (event) => startFrom(event.target.value));
addEventListener('pagehide', keep);
setInterval(keep, SAVE_MS);
document.addEventListener('visibilitychange', keep);
if (matchMedia('(max-width: 52rem)').matches) {
  byId('publish').open = selectors.length === 0;
}

show();
if (selectors.length > 0) {
  listen(position);
} else {
  state.idle(true);
}

function keep() {
  save({ selectors, since, choice, position: subscription?.position ?? position });
}

/** Opens the stream of the selected topics: from the position `at`, or from `since` when `at` is null. */
function listen(at) {
  stop();
  [position, wasLive, began, refusal] = [at, false, new Date(), null];
  if (selectors.length === 0) {
    state.idle(reached);
    return;
  }

  subscription = subscribe('v1/events', {
    topics: selectors, since: since ?? undefined, lastEventId: at ?? undefined, format: 'lines', maxDelayMs: MAX_DELAY_MS, token: currentToken,
  });
  follow(subscription);
}

function stop() {
  const stopped = subscription;
  subscription = null;
  stopped?.close();
}

/** Shows the events and states of a subscription until it ends or another one replaces it. */
async function follow(opened) {
  const current = (show) => (said) => opened === subscription && show(said);
  opened.on('tip', current(showTip));
  opened.on('state', current(showState));
  opened.on('control', current(({ type, data }) => {
    const { kind, words } = describeControl(type, data);
    feed.addNotice(kind, words);
    state.announce(words);
  }));
  try {
    for await (const event of opened) {
      if (opened === subscription) {
        feed.addEvent(event);
        rate.add();
        showTip(event.id);
      }
    }
  } catch {
    // The state handler has already shown the rejection.
  }
}

/** Retries after the user entered a token. */
function askAgain() {
  topics.refresh();
  if (selectors.length > 0) {
    listen(subscription?.position ?? position);
  }

  drawEmpty();
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
  refusal = null;
  switch (now.name) {
    case 'connecting':
      state.connecting(!wasLive);
      break;
    case 'open':
      state.live(now.resumedAt);
      if (now.resumedAt) {
        feed.addNotice('resumed', `Resumed at position ${now.resumedAt}.`);
      }

      wasLive = true;
      drawEmpty();
      break;
    case 'waiting':
      state.waiting(performance.now() + now.delayMs, now.error.message);
      break;
    default:
      noteStatus(now.error ?? {});
      refusal = now.error?.message ?? 'The hub rejected the stream.';
      state.refused(refusal);
      drawEmpty();
      break;
  }
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
  since = chosen === 'live' ? null : chosen === 'earliest' ? chosen : new Date(Date.now() - Number(chosen) * 1000).toISOString();
  feed.clear();
  show();
  listen(null);
}

/** Without a selection, subscribes to the topic from just before the published event. Otherwise returns a button that adds the topic. */
function published(topic, at) {
  topics.refresh();
  if (selectors.length === 0 && at !== null) {
    [selectors, since, choice] = [[topic], null, 'live'];
    byId('since').value = choice;
    feed.clear();
    show();
    listen(before(at));
    return null;
  }

  return selectors.includes(topic) || selectors.some((selector) => selector === ANY || selector.includes('{'))
    ? null
    : button('Subscribe', () => selectors.includes(topic) || toggle(topic));
}

function reach(isReached) {
  reached = isReached;
  if (isAsking()) {
    state.asking('Token required');
  } else if (selectors.length === 0) {
    state.idle(reached);
  }

  drawEmpty();
}

function show() {
  topics.setChosen(selectors);
  showInAddress(selectors, choice);
  byId('chips').replaceChildren(...selectors.map(chip));
  byId('code').hidden = selectors.length === 0;
  byId('snippets').replaceChildren(...streamSnippets(selectors));
  document.title = selectors.length === 0 ? 'Longwave' : `${selectors.map(nameOf).join(', ').slice(0, 80)} – Longwave`;
  drawEmpty();
}

function chip(selector) {
  const item = element('li', 'chip');
  const name = element('bdi');
  appendVisible(name, nameOf(selector));
  const remove = button('×', () => {
    toggle(selector);
    (document.querySelector('#chips button') ?? byId('find-text')).focus();
  });
  remove.setAttribute('aria-label', `Unsubscribe from ${nameOf(selector)}`);
  item.append(name, remove);
  return item;
}

/** Content of the empty list. Rendered again only when it changes, because it may have the focus. */
function drawEmpty() {
  const kept = choice === 'earliest' ? 0 : topics.count(selectors);
  const meaning = JSON.stringify([selectors, kept, wasLive, refusal, topics.isEmpty, reached, isAsking(), began]);
  if (meaning !== drawn) {
    drawn = meaning;
    feed.showEmpty(...(selectors.length > 0 ? whileListening(kept) : whileIdle()));
  }
}

function whileIdle() {
  if (!reached) {
    return [element('h3', '', 'No connection to the hub'), element('p', '', 'The page tries again every few seconds.')];
  }

  if (isAsking()) {
    return [element('h3', '', 'Authentication required'), element('p', '', 'Enter a token to see the topics and events of this hub.')];
  }

  return topics.isEmpty
    ? [
      element('h3', '', 'This hub has no events yet'),
      element('p', '', 'Publish the first event with the form on this page, or from a shell:'),
      codeBlock('Publish an event', publishCommand('demo')),
    ]
    : [
      element('h3', '', 'Pick a topic'),
      element('p', '', 'Its events appear here as they are published. You can pick several topics, or type a selector.'),
    ];
}

function whileListening(kept) {
  const words = element('p');
  if (refusal !== null) {
    appendVisible(words, refusal);
    return [element('h3', '', 'The hub rejected the request'), words];
  }

  appendVisible(words, `Nothing on ${selectors.map(nameOf).join(', ')} since ${began.toLocaleTimeString('en-GB')}.`);
  const offer = kept === null ? 'Show stored events' : `Show ${formatNumber(kept)} stored ${kept === 1 ? 'event' : 'events'}`;
  return [element('h3', '', wasLive ? 'Waiting for events' : 'Opening the stream'), words, ...(kept === 0 ? [] : [button(offer, () => startFrom('earliest'))])];
}

function nameOf(selector) {
  return selector === ANY ? 'all topics' : selector;
}

function button(words, onClick) {
  const made = element('button', 'quiet', words);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}
