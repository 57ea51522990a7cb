// The box that publishes one event.

import { element } from './text.js';
import { isPosition } from './positions.js';
import { readProblem } from './subscription.js';
import { noteAnswer, withToken } from './token.js';

const byId = (id) => document.getElementById(id);

/** @param {(topic: string, position: string | null) => Node | null} onPublished May give something to add to the answer. */
export function setUpPublishing(onPublished) {
  const form = byId('publish-form');
  const send = byId('publish-send');
  const answer = byId('publish-answer');
  const data = byId('publish-data');

  /** The event that got no answer, with its key: sent again unchanged, it is the same event. */
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

    // Not `disabled`: the button would lose the focus.
    send.ariaDisabled = 'true';
    say('busy', 'Publishing…');
    const event = { topic: byId('publish-topic').value, type: byId('publish-type').value, data: data.value };
    try {
      const response = await post(event, keyOf(event));
      noteAnswer(response);
      unanswered = null;
      if (response.ok) {
        const { id } = await response.json();
        say('done', 'Appended at ', element('code', '', String(id)));
        answer.append(onPublished(event.topic, isPosition(id) ? id : null) ?? '');
      } else {
        say('problem', await readProblem(response));
      }
    } catch {
      say('problem', 'The hub did not answer, so the event may or may not be in the log. Publish again: it will not be there twice.');
    }

    send.ariaDisabled = 'false';
  });
  data.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

function post({ topic, type, data }, key) {
  const query = new URLSearchParams({ topic });
  if (type !== '') {
    query.set('type', type);
  }

  return fetch(`v1/events?${query}`, {
    method: 'POST',
    headers: withToken({ 'Content-Type': isJson(data) ? 'application/json' : 'text/plain;charset=utf-8', 'Idempotency-Key': key }),
    body: data,
    signal: AbortSignal.timeout(30_000),
  });
}

/** `crypto.randomUUID` is for secure contexts only. */
const freshKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

function isJson(text) {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
