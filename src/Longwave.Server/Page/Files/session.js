// The state that survives a reload: the topics (also in the URL, so that it can be shared), and the position.

const NAME = 'longwave.page';

const NOTHING = { selectors: [], since: null, choice: 'live', after: '', position: null };

/**
 * `choice` is `live`, `earliest`, a number of seconds, or `after`: the events after the position `after`.
 * @returns {{ selectors: string[], since: string | null, choice: string, after: string, position: string | null }}
 */
export function load() {
  const kept = read();
  const query = new URLSearchParams(location.search);
  const asked = query.getAll('topic').filter((topic) => topic !== '');
  const earliest = query.get('since') === 'earliest';
  if (asked.length === 0 || (same(asked, kept.selectors) && earliest === (kept.choice === 'earliest'))) {
    return kept;
  }

  return { ...NOTHING, selectors: [...new Set(asked)], since: earliest ? 'earliest' : null, choice: earliest ? 'earliest' : 'live' };
}

export function save(session) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(session));
  } catch {
    // Storage is disabled or full: then a reload starts from the beginning, and nothing else is lost.
  }
}

/** Writes the selection to the URL, without a new history entry. */
export function showInAddress(selectors, choice) {
  const query = new URLSearchParams();
  selectors.forEach((selector) => query.append('topic', selector));
  if (selectors.length > 0 && choice === 'earliest') {
    query.set('since', choice);
  }

  const text = query.toString().replaceAll('%2F', '/');
  history.replaceState(null, '', text === '' ? location.pathname : `?${text}`);
}

function read() {
  try {
    const kept = { ...NOTHING, ...JSON.parse(sessionStorage.getItem(NAME)) };
    return Array.isArray(kept.selectors) ? kept : NOTHING;
  } catch {
    return NOTHING;
  }
}

const same = (a, b) => a.length === b.length && a.every((item) => b.includes(item));
