import { drop } from './answers.js';
import { LongwaveError } from './errors.js';
import type { Fetch } from './tokens.js';

/** Maximum number of redirects of one request. */
const MAX_REDIRECTS = 5;

/** Sends a POST and follows only redirects 307 and 308, which keep the method. `fetch` itself would change it to GET after 301 and 302. */
export async function post(send: Fetch, url: URL, init: RequestInit, headers: Record<string, string>): Promise<Response> {
  for (let hops = 0; ; hops++) {
    const response = await send(String(url), { ...init, method: 'POST', headers, redirect: 'manual' });
    const { status } = response;
    const isHidden = response.type === 'opaqueredirect';
    if (!isHidden && (status < 300 || status > 399)) {
      return response;
    }

    drop(response);
    const location = response.headers.get('Location');
    const next = status === 307 || status === 308 ? target(location, url) : null;
    if (next === null || hops === MAX_REDIRECTS) {
      // A browser reveals neither status nor target.
      throw new LongwaveError('refused', `${url.origin}${url.pathname} redirects a POST (${status}, to ${location}): use the final URL.`, { status });
    }

    if (next.origin !== url.origin) {
      // Do not send the token to another origin.
      const { Authorization: _, authorization: __, ...others } = headers;
      headers = others;
    }

    url = next;
  }
}

/** Returns the target of a redirect; null when it is not valid or would leave TLS. */
function target(location: string | null, url: URL): URL | null {
  try {
    const next = new URL(location ?? '', url);
    return location !== null && (next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:')) ? next : null;
  } catch {
    return null;
  }
}
