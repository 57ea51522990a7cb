// What the list shows while it has no rows.

import { nameOf } from './names.js';
import { appendVisible, button, element, formatNumber } from './text.js';
import { demoSteps, DEMO_SELECTOR, firstSteps } from './start.js';

/**
 * @param {{ reached: boolean, asking: boolean, noTopics: boolean, hasToken: boolean }} hub
 * @param {{ publish: () => void, watchDemo: () => void, pick: () => void }} on
 * @returns {Element[]}
 */
export function whileIdle({ reached, asking, noTopics, hasToken }, { publish, watchDemo, pick }) {
  if (!reached) {
    return [element('h3', '', 'No connection to the hub'), element('p', '', 'The page tries again every few seconds.')];
  }

  if (asking) {
    return [element('h3', '', 'Authentication required'), element('p', '', 'Enter a token to see the topics and events of this hub.')];
  }

  return noTopics
    ? firstSteps({ publish, watchDemo, hasToken })
    : [
      element('h3', '', 'Pick a topic'),
      element('p', '', 'Its events appear here as they are published. You can pick several topics, or type a selector.'),
      button('Show the topics', pick, 'only-narrow'),
    ];
}

/**
 * @param {{ selectors: string[], kept: number | null, wasLive: boolean, refusal: string | null, began: Date, noTopics: boolean }} stream
 * `kept`: number of stored events of the selection; null when it is unknown.
 * @param {() => void} showStored
 * @returns {Element[]}
 */
export function whileListening({ selectors, kept, wasLive, refusal, began, noTopics }, showStored) {
  const words = element('p');
  if (refusal !== null) {
    appendVisible(words, refusal);
    return [element('h3', '', 'The hub rejected the request'), words];
  }

  if (noTopics && selectors.includes(DEMO_SELECTOR)) {
    return demoSteps();
  }

  appendVisible(words, `Nothing on ${selectors.map(nameOf).join(', ')} since ${began.toLocaleTimeString('en-GB')}.`);
  const offer = kept === null ? 'Show stored events' : `Show ${formatNumber(kept)} stored ${kept === 1 ? 'event' : 'events'}`;
  return [element('h3', '', wasLive ? 'Waiting for events' : 'Opening the stream'), words, ...(kept === 0 ? [] : [button(offer, showStored)])];
}
