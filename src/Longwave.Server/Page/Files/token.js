// A hub that asks who you are: the token that the page shows it. It is kept for this tab only, and for as long as the tab is open.

const KEY = 'longwave-token';

const byId = (id) => document.getElementById(id);

let token = read();

/** For the client: what to show the hub, or null. */
export const currentToken = () => token || null;

/** Headers of a request, with the token when there is one. */
export const withToken = (headers = {}) => token === '' ? headers : { ...headers, Authorization: `Bearer ${token}` };

/** Whether the hub has asked, and the token for it is not there yet. */
export const isAsking = () => !byId('token-card').hidden;

/** Looks at what came back, an answer or an error: a hub that wants a token, or another one, makes the page ask for it. */
export function noteStatus({ status }) {
  if (status === 401) {
    byId('token-heading').textContent = token === '' ? 'This hub asks who you are' : 'The hub does not take this token';
    byId('token-card').hidden = false;
  }
}

/** Lets the token be typed in. @param {() => void} onToken Asks the hub again. */
export function setUpToken(onToken) {
  byId('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    token = byId('token-text').value.trim();
    try {
      sessionStorage.setItem(KEY, token);
    } catch {
      // Storage is forbidden here: the token lives until the page is left.
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
