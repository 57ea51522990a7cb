// Commands and code for the current stream, as text. A test runs each of them.

/** Stands for the token: in a shell it is a variable, elsewhere it must be replaced. */
export const TOKEN = '$LONGWAVE_TOKEN';

/** Encodes a query value: readable, and safe between single quotes of a shell. */
const queryValue = (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll("'", '%27');

const address = (path, base = document.baseURI) => new URL(path, base).href;

const header = (hasToken) => (hasToken ? `-H "Authorization: Bearer ${TOKEN}" ` : '');

/** Characters that are invisible or end a line, in JavaScript or C#. */
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const escaped = (text) => text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A string in C#. */
const quoted = (text) => escaped(JSON.stringify(text));

/** A string in JavaScript, between single quotes. */
const single = (text) => `'${quoted(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

/** A command that publishes to `topic`. */
export const publishCommand = (topic, hasToken, base) => `curl ${header(hasToken)}-d 'hello' '${address('v1/events', base)}?topic=${queryValue(topic)}'`;

/** A command that publishes sample data to this hub. */
export const demoCommand = (base) => `longwave demo --hub '${address('.', base).replace(/\/$/, '').replaceAll("'", '%27')}'`;

/**
 * Code that opens the same stream elsewhere.
 * @param {{ selectors: string[], types: string[], hasToken: boolean, base?: string }} stream `types`: those seen on the stream, which EventSource must name.
 * @returns {{ title: string, code: string }[]}
 */
export function streamSnippets({ selectors, types, hasToken, base }) {
  const query = selectors.map((selector) => `topic=${queryValue(selector)}`).join('&');
  const events = address('v1/events', base);
  const exact = selectors.find((selector) => selector !== '*' && !selector.includes('{')) ?? 'demo';
  return [
    { title: 'EventSource, in a browser', code: eventSource(events, query, types, hasToken) },
    { title: '@longwave/client, in a browser or Node', code: typescript(events, selectors, hasToken) },
    { title: 'Longwave.Client, in C#', code: csharp(address('.', base), selectors, hasToken) },
    { title: 'In a shell', code: `curl -N ${header(hasToken)}'${events}?${query}'` },
    { title: 'To publish', code: publishCommand(exact, hasToken, base) },
  ];
}

/** `EventSource` has no listener for all types, and cannot send a token. */
function eventSource(events, query, types, hasToken) {
  const names = ['message', ...types].map(single).join(', ');
  const lines = [
    'const show = (event) => console.log(event.type, event.lastEventId, event.data);',
    '// EventSource reports only the types that are listed. Events without a type are "message".',
    `for (const type of [${names}]) {`,
    '  events.addEventListener(type, show);',
    '}',
  ];
  return (hasToken
    ? [
      '// A ticket replaces the token, which EventSource cannot send.',
      `const response = await fetch('${events.replace(/events$/, 'tickets')}', { method: 'POST', headers: { Authorization: 'Bearer ${TOKEN}' } });`,
      'const { ticket } = await response.json();',
      `const events = new EventSource(\`${events}?${query}&ticket=\${ticket}\`);`,
      ...lines,
    ]
    : [`const events = new EventSource('${events}?${query}');`, ...lines]).join('\n');
}

function typescript(events, selectors, hasToken) {
  const token = hasToken ? `, token: () => '${TOKEN}'` : '';
  return [
    "import { subscribe } from '@longwave/client';",
    '',
    `for await (const event of subscribe('${events}', { topics: [${selectors.map(single).join(', ')}]${token} })) {`,
    '  console.log(event.type, event.id, event.data);',
    '}',
  ].join('\n');
}

function csharp(hub, selectors, hasToken) {
  const options = hasToken ? `, new LongwaveClientOptions { TokenProvider = _ => ValueTask.FromResult("${TOKEN}") }` : '';
  return [
    'using Longwave.Client;',
    '',
    `await using var client = new LongwaveClient(${quoted(hub)}${options});`,
    `await foreach (var e in client.Subscribe(${selectors.map(quoted).join(', ')}))`,
    '    Console.WriteLine($"{e.Type} {e.Id} {e.Data}");',
  ].join('\n');
}
