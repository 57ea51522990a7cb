// The token for a hub that requires authentication. The page keeps it for this tab only, until the tab is closed.

const KEY = 'longwave-token';

const byId = (id) => document.getElementById(id);

let token = read();

/** The credential for the client, or null. */
export const currentToken = () => token || null;

/** Headers of a request, with the token when there is one. */
export const withToken = (headers = {}) => token === '' ? headers : { ...headers, Authorization: `Bearer ${token}` };

/** Whether the hub requires a token and the user has not entered one yet. */
export const isAsking = () => !byId('token-card').hidden;

/** Checks an answer or an error: on 401 the page shows the token form. */
export function noteStatus({ status }) {
  if (status === 401) {
    byId('token-heading').textContent = token === '' ? 'Authentication required' : 'The hub rejected this token';
    byId('token-card').hidden = false;
  }
}

/** Sets up the token form. @param {() => void} onToken Called with a new token, to retry. */
export function setUpToken(onToken) {
  byId('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    token = byId('token-text').value.trim();
    try {
      sessionStorage.setItem(KEY, token);
    } catch {
      // Storage is disabled: the page keeps the token in memory until it is closed.
    }

    byId('token-text').value = '';
    byId('token-card').hidden = true;
    byId('find-text').focus();
    onToken();
  });
}

function read() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
