// Every client of the restart test: where it runs, how it is started, and how the reference page describes it.

const NONE = { auth: 'none' };
const HEADER = { auth: 'header', hasToken: true };
const LONGWAVE_TS = 'TypeScript SDK';

/** The same client without and with a token in a header. */
const both = (client) => [{ ...client, ...NONE }, { ...client, ...HEADER }];

const RECREATE = 'create a source with a new ticket when it closes ([example](../tutorial/token.md#use-a-token-in-your-own-page))';
const SOURCE = { client: '`EventSource`', start: 'eventSource', transport: 'SSE' };
const NATIVE = [
  { ...SOURCE, ...NONE },
  { ...SOURCE, start: 'eventSourceWithTicket', auth: 'ticket', hasToken: true, note: RECREATE },
  { ...SOURCE, client: '`EventSource`, a new one in each drain', start: 'reopening', ...NONE },
];
const NATIVE_COOKIE = [{ ...SOURCE, auth: 'cookie', hasToken: true }];
const NATIVE_NOTE_FIREFOX = 'use a page of the hub\'s origin: [Firefox ends the source of another origin](../how-to/browsers.md#eventsource-does-not-reconnect)';
const LIBRARIES = [
  ...both({ client: '`@microsoft/fetch-event-source`', start: 'fetched', transport: 'SSE', note: 'throw in `onclose`: the library stops after a clean end, and a drain ends a stream cleanly' }),
  ...both({ client: '`event-source-polyfill`', start: 'polyfill', transport: 'SSE' }),
];
const SDK = both({ client: LONGWAVE_TS, start: 'subscription', transport: 'SSE' });
const LINES = { client: LONGWAVE_TS, start: 'subscription', transport: 'NDJSON', more: { format: 'lines' } };
const POLLS = { client: LONGWAVE_TS, start: 'subscription', transport: 'polls', more: { transport: 'poll' } };
const TURNS = { client: LONGWAVE_TS, start: 'subscription', transport: 'SSE and polls in turn', turnEveryMs: 500 };
const BLAZOR = [...both({ client: '.NET SDK', transport: 'SSE' }), { client: '.NET SDK', transport: 'polls', polls: true, ...HEADER }];

/**
 * `place`: what runs the clients. `origin`: of their page: the hub's own, the hub's with a cookie, or another one.
 * Chromium opens at most six connections to one server in each context, so a group of Chromium has at most six clients.
 */
export const GROUPS = [
  { place: 'chromium', name: 'Chromium', origin: 'hub', clients: NATIVE },
  { place: 'chromium', name: 'Chromium', origin: 'cookie', clients: NATIVE_COOKIE },
  { place: 'chromium', name: 'Chromium', origin: 'site', clients: [...LIBRARIES, { ...SOURCE, ...NONE }] },
  { place: 'chromium', name: 'Chromium', origin: 'site', clients: [...SDK, { ...POLLS, ...HEADER }] },
  { place: 'firefox', name: 'Firefox', origin: 'hub', clients: NATIVE.map((client) => ({ ...client, note: client.note ?? NATIVE_NOTE_FIREFOX })) },
  { place: 'firefox', name: 'Firefox', origin: 'cookie', clients: NATIVE_COOKIE.map((client) => ({ ...client, note: NATIVE_NOTE_FIREFOX })) },
  { place: 'firefox', name: 'Firefox', origin: 'site', clients: [...LIBRARIES, ...SDK] },
  { place: 'node', name: 'Node', clients: [...both({ client: '`eventsource` (npm)', start: 'npmEventSource', transport: 'SSE' }), ...SDK, ...both(LINES), { ...POLLS, ...HEADER }, { ...TURNS, ...NONE }] },
  {
    place: 'node', name: 'React Native (simulated)', isReactNative: true, clients: [
      ...both({ client: LONGWAVE_TS, start: 'subscriptionOverXhr', transport: 'SSE', note: 'pass `fetch: xhrFetch`' }),
      ...both({ client: LONGWAVE_TS, start: 'subscription', transport: 'polls', more: { transport: 'poll' } }),
    ],
  },
  { place: 'blazor', name: 'Blazor WebAssembly, .NET 10, Chromium', framework: 'net10.0', clients: BLAZOR },
  { place: 'blazor', name: 'Blazor WebAssembly, .NET 8, Chromium', framework: 'net8.0', clients: BLAZOR },
  {
    place: 'programs', name: '.NET 10', clients: both({ client: '.NET SDK (`longwave tail`)', start: 'tail', transport: 'SSE' }),
  },
  { place: 'programs', name: 'shell', clients: both({ client: '`curl`', start: 'curl', transport: 'SSE', note: 'run it in a loop, with the last id in `Last-Event-ID`' }) },
];
