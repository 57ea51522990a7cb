// Streams for React Native, whose `fetch` does not support them.

/**
 * Maximum length of a stream in characters. XMLHttpRequest keeps the whole text of a response, so a longer stream ends and the
 * subscription resumes. The maximum is above the limit of one event, so that each connection makes progress.
 */
const MAX_STREAM_LENGTH = 16 * 1024 * 1024;

/** Parses the format of `getAllResponseHeaders`: one `name: value` per line. */
function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of (request.getAllResponseHeaders() ?? '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    }
  }

  return headers;
}

/**
 * A `fetch` for React Native, whose own returns a body only when it is complete: `subscribe(url, { fetch: xhrFetch })`. It reads the
 * progress of an XMLHttpRequest. The response has the members that a subscription and a `Publisher` read: `status`, `url`, `headers`,
 * `text()` and a `body` of text.
 * @param init Method, headers, body (text), credentials and signal.
 */
export const xhrFetch = (input: string, init: RequestInit): Promise<Response> => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  let read = 0;
  let error: unknown = null;
  let hasHead = false;
  let isOver = false;
  let wake = (): void => {};
  const more = (): void => {
    wake();
    wake = () => {};
  };
  const progress = (): Promise<void> => new Promise((resume) => {
    wake = resume;
  });
  const end = (failure: unknown): void => {
    isOver = true;
    error ??= failure;
    init.signal?.removeEventListener('abort', abort);
    reject(failure);
    more();
  };
  const abort = (): void => {
    request.abort();
    end(new Error('The request was aborted.'));
  };
  const next = async (): Promise<{ value: string | undefined; done: boolean }> => {
    for (;;) {
      const text = error === null ? request.responseText : '';
      if (text.length > read) {
        const value = read === 0 && text.startsWith('\ufeff') ? text.slice(1) : text.slice(read);
        read = text.length;
        return { value, done: false };
      }

      if (error !== null) {
        throw error;
      }

      if (isOver || read > MAX_STREAM_LENGTH) {
        request.abort();
        return { value: undefined, done: true };
      }

      await progress();
    }
  };
  const cancel = async (): Promise<void> => request.abort();
  const respond = (): void => {
    const text = async (): Promise<string> => {
      while (!isOver) {
        await progress();
      }

      if (error !== null) {
        throw error;
      }

      return request.responseText;
    };
    const { status } = request;
    const headers = headersOf(request);
    const isStream = /event-stream|ndjson/i.test(headers.get('Content-Type') ?? '');
    resolve({
      // In React Native the URL after redirects is known later than the headers.
      get url() {
        return request.responseURL;
      },
      status, ok: status >= 200 && status < 300, type: 'basic', headers, text, body: isStream ? { getReader: () => ({ read: next, cancel }), cancel } : null,
    } as unknown as Response);
  };
  request.onreadystatechange = () => {
    if (!hasHead && request.readyState >= 2 && request.status !== 0) {
      hasHead = true;
      respond();
    }
  };
  request.onprogress = more;
  request.onload = () => {
    isOver = true;
    init.signal?.removeEventListener('abort', abort);
    more();
  };
  request.onerror = () => end(new TypeError('The request failed.'));
  request.ontimeout = request.onerror;
  request.open(init.method ?? 'GET', input);
  request.withCredentials = init.credentials === 'include';
  new Headers(init.headers ?? {}).forEach((value, name) => request.setRequestHeader(name, value));
  init.signal?.addEventListener('abort', abort);
  if (init.signal?.aborted) {
    abort();
  } else {
    request.send((init.body as string | null | undefined) ?? null);
  }
});
