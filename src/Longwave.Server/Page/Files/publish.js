// The form that publishes one event.

import { element } from './text.js';
import { isPosition, Publisher } from './longwave.js';
import { currentToken, noteStatus } from './token.js';

/** Time in milliseconds during which the client retries before the user must decide. */
const TIMEOUT_MS = 10_000;

const byId = (id) => document.getElementById(id);

/**
 * Sets up the form.
 * @param {(topic: string, position: string | null) => Node[]} onPublished May return nodes to add to the answer.
 * @returns {{ send: () => void }} Publishes what the form contains.
 */
export function setUpPublishing(onPublished) {
  const form = byId('publish-form');
  const send = byId('publish-send');
  const answer = byId('publish-answer');
  const data = byId('publish-data');

  const publisher = new Publisher('v1/events', { timeoutMs: TIMEOUT_MS, token: currentToken });

  /** The event without an answer, with its idempotency key: sent again unchanged, it is not stored twice. */
  let unanswered = null;
  const keyOf = (event) => {
    const text = JSON.stringify(event);
    unanswered = unanswered?.text === text ? unanswered : { text, key: freshKey() };
    return unanswered.key;
  };

  const say = (kind, ...words) => {
    answer.dataset.kind = kind;
    answer.replaceChildren(...words);
  };

  form.addEventListener('submit', async (submit) => {
    submit.preventDefault();
    if (send.ariaDisabled === 'true') {
      return;
    }

    // `aria-disabled`, because a `disabled` button loses the focus.
    send.ariaDisabled = 'true';
    say('busy', 'Publishing…');
    const event = {
      topic: byId('publish-topic').value, type: byId('publish-type').value, key: byId('publish-key').value, private: byId('publish-private').checked, data: data.value,
    };
    try {
      const { topic, type, key, data: text } = event;
      const { id } = await publisher.publish(topic, text, {
        type: type || undefined, key: key || undefined, private: event.private, contentType: isJson(text) ? 'application/json' : undefined, idempotencyKey: keyOf(event),
      });
      unanswered = null;
      say('done', 'Appended at ', element('code', '', id));
      answer.append(...onPublished(topic, isPosition(id) ? id : null));
    } catch (error) {
      noteStatus(error);
      unanswered = error.kind === 'refused' ? null : unanswered;
      say('problem', error.kind === 'network'
        ? `The hub did not answer within ${TIMEOUT_MS / 1000} seconds, so it is unknown whether the event is in the log. Publish again: the hub does not store it twice.`
        : error.message);
    }

    send.ariaDisabled = 'false';
  });
  data.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  return { send: () => form.requestSubmit() };
}

/** A random UUID. `crypto.randomUUID` exists only in secure contexts. */
const freshKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

function isJson(text) {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
