// The token for a hub that requires authentication. The page keeps it for this tab only, until the tab is closed.

import { getJson } from './hub-requests.js';
import { identityOf, tagOf } from './identity.js';
import { appendVisible } from './text.js';

const KEY = 'longwave-token';

/** A bearer token (RFC 6750, section 2.1). */
const SYNTAX = /^[A-Za-z0-9._~+/-]+=*$/;

const byId = (id) => document.getElementById(id);

let token = read();
let tag = await tagOf(token);

/** Whether the hub has rejected a request for its token or its grants: then a token can help. */
let isAuthenticating = token !== '';

/** The credential for the client, or null. */
export const currentToken = () => token || null;

/** A name for the owner of this tab's connection: tabs with different tokens never share one. */
export const identityTag = () => tag;

/** Headers of a request, with the token when there is one. */
export const withToken = (headers = {}) => (token === '' ? headers : { ...headers, ...bearer(token) });

/** Whether the hub requires a token and has accepted none. */
export const isAsking = () => byId('token-card').dataset.required === 'true';

/** Checks a failed request: on 401 the page shows the token form, with the reason if a token was rejected. */
export function noteStatus({ status, problem }) {
  if (status === 403 && !isAuthenticating) {
    isAuthenticating = true;
    showIdentity();
  }

  if (status === 401 && !isAsking()) {
    isAuthenticating = true;
    byId('token-card').dataset.required = 'true';
    open(token === '' ? 'Authentication required' : 'The hub rejected this token');
    showProblem(token === '' ? '' : problem?.detail ?? 'The hub rejected the token.');
    showIdentity();
  }
}

/** Sets up the token form. @param {() => void} onToken Called with an accepted token, or without one. */
export function setUpToken(onToken) {
  const field = byId('token-text');
  const send = byId('token-send');
  byId('token-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (send.ariaDisabled === 'true') {
      return;
    }

    // `aria-disabled`, because a `disabled` button loses the focus.
    send.ariaDisabled = 'true';
    const reason = await rejectionOf(field.value.trim());
    send.ariaDisabled = 'false';
    if (reason === null) {
      await use(field.value.trim());
      onToken();
      (byId('find-text').checkVisibility() ? byId('find-text') : byId('token-change')).focus();
    } else {
      open('The hub rejected this token');
      showProblem(reason);
      field.select();
    }
  });
  byId('token-change').addEventListener('click', () => {
    open(token === '' ? 'Use a token' : 'Change the token');
    showProblem('');
    byId('token-text').focus();
  });
  byId('token-cancel').addEventListener('click', () => {
    byId('token-card').hidden = true;
    byId('token-change').focus();
  });
  byId('token-forget').addEventListener('click', async () => {
    await use('');
    onToken();
    byId('token-change').focus();
  });
  showIdentity();
}

const bearer = (text) => ({ Authorization: `Bearer ${text}` });

/** Asks the hub about a token: null when it accepts the token, else why not. */
async function rejectionOf(candidate) {
  if (!SYNTAX.test(candidate)) {
    return 'A token consists of letters, digits and the characters - . _ ~ + / =';
  }

  try {
    await getJson('v1/topics?limit=1', bearer(candidate));
    return null;
  } catch (error) {
    // 403: the token is valid and only does not allow the list of topics.
    return error.status === 403 ? null : error.message;
  }
}

async function use(accepted) {
  [token, tag] = [accepted, await tagOf(accepted)];
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is disabled: the page keeps the token in memory until it is closed.
  }

  byId('token-text').value = '';
  byId('token-card').hidden = true;
  byId('token-card').dataset.required = 'false';
  isAuthenticating = true;
  showIdentity();
}

function open(heading) {
  byId('token-heading').textContent = heading;
  byId('token-cancel').hidden = isAsking();
  byId('token-forget').hidden = token === '';
  byId('token-card').hidden = false;
}

function showProblem(text) {
  const place = byId('token-problem');
  place.replaceChildren();
  appendVisible(place, text);
  byId('token-text').setAttribute('aria-invalid', String(text !== ''));
}

/** Shows whose token the page uses, and the button that changes it. */
function showIdentity() {
  const { name, expires } = identityOf(token);
  byId('who').hidden = !isAuthenticating;
  byId('who-name').replaceChildren();
  appendVisible(byId('who-name'), token === '' ? 'No token' : name);
  byId('who-name').title = expires === null ? '' : `The token expires ${expires.toLocaleString()}`;
  byId('token-change').textContent = token === '' ? 'Use a token' : 'Change token';
}

function read() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
