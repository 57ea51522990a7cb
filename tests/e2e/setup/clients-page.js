// Makes docs/reference/clients.md from the result of the last long run, restarts.json.

import { readFile, writeFile } from 'node:fs/promises';

const RESULT = new URL('../restarts.json', import.meta.url);
const PAGE = new URL('../../../docs/reference/clients.md', import.meta.url);
const PACKAGES = ['@microsoft/fetch-event-source', 'event-source-polyfill', 'eventsource'];

const PAGES = { hub: 'same origin', cookie: 'same origin', site: 'other origin' };
const AUTHENTICATIONS = { none: 'none', header: '`Authorization`', ticket: '`?ticket=`', cookie: 'cookie' };

const json = async (url) => JSON.parse(await readFile(url, 'utf8'));

export const readResult = () => json(RESULT);

export const writeResult = (result) => writeFile(RESULT, `${JSON.stringify(result, null, 2)}\n`);

/** What a row says about the client, without the counts. */
export const subjectOf = ({ client, runsIn, origin, transport, auth, note }) => ({ client, runsIn, origin, transport, auth, note });

function outcome({ dead, lost, repeated }) {
  const faults = [dead ? 'dead' : '', lost ? `${lost} lost` : '', repeated ? `${repeated} repeated` : ''].filter(Boolean);
  return faults.join(', ') || 'works';
}

const row = ({ client, runsIn, origin, transport, auth, note, graceful, hard }) =>
  `| ${[client, runsIn, PAGES[origin] ?? '–', transport, AUTHENTICATIONS[auth], outcome(graceful), outcome(hard), note ?? '–'].join(' | ')} |`;

export async function makePage() {
  const { versions, restarts, events, clients } = await readResult();
  const { devDependencies } = await json(new URL('../package.json', import.meta.url));
  return `# Clients

<!-- Made from tests/e2e/restarts.json by tests/e2e/setup/clients-page.js: change it there. -->

This page lists which clients survive a restart of the hub. A test restarts a hub while events are published without a pause and all ${clients.length} clients of the table receive them:
${restarts} times gracefully (SIGTERM, and a new start) and ${restarts} times hard (SIGKILL, and a new start), ${events} events in all. \`works\` means: after every restart the client
continued by itself, and at the end it had received each event exactly once, in order.

| client | runs in | page | transport | authentication | graceful restart | hard restart | what the application does |
|---|---|---|---|---|---|---|---|
${clients.map(row).join('\n')}

- **Versions.** Chromium ${versions.chromium}, Firefox ${versions.firefox}, Node ${versions.node}, curl ${versions.curl}, ${PACKAGES.map((name) => `\`${name}\` ${devDependencies[name]}`).join(', ')}.
- **React Native** is simulated: a \`fetch\` that has no \`body\` and adds \`_=\` to the URL, and an \`XMLHttpRequest\` with progressive text.
- **Blazor WebAssembly.** The SDK switches the streaming of responses on; the application sets nothing. The polls and the client with a token use the \`HttpClient\` of the application's services.
- **Authentication.** The hub requires it; clients with \`none\` read a topic that is granted to everyone. [What to send](../how-to/authenticate.md#send-the-token).
- **Firefox, other origin.** \`EventSource\` of a page of another origin ends permanently when it finds no hub, so it does not survive a hard restart
  ([details](../how-to/browsers.md#eventsource-does-not-reconnect)). The TypeScript SDK and the libraries in the table do.

\`npm run restarts -- 200\` in \`tests/e2e\` repeats the test and writes this page; each test run restarts the hub twice in each way.
`;
}

export const writePage = async () => writeFile(PAGE, await makePage());

export const readPage = () => readFile(PAGE, 'utf8');
