// Commands and code for the current stream, to copy.

import { element } from './text.js';
import { copyButton } from './event-row.js';

/** Encodes a query value: readable, and safe between single quotes of a shell. */
const queryValue = (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll("'", '%27');

const address = (path) => new URL(path, document.baseURI).href;

/** A command that publishes to `topic`. */
export const publishCommand = (topic) => `curl -d 'hello' '${address('v1/events')}?topic=${queryValue(topic)}'`;

/** A block of code with a button that copies it. */
export function codeBlock(title, code) {
  const figure = element('figure', 'snippet');
  const text = element('pre', '', code);
  text.tabIndex = 0;
  text.setAttribute('aria-label', title);
  const caption = element('figcaption', '', title);
  caption.append(copyButton(code));
  figure.append(caption, text);
  return figure;
}

/** Code that opens the same stream elsewhere. */
export function streamSnippets(selectors) {
  const query = selectors.map((selector) => `topic=${queryValue(selector)}`).join('&');
  const events = address('v1/events');
  const exact = selectors.find((selector) => selector !== '*' && !selector.includes('{')) ?? 'demo';
  return [
    codeBlock('In a browser', [
      `const events = new EventSource('${events}?${query}');`,
      'events.onmessage = (event) => console.log(event.lastEventId, event.data);',
      '// An event with a type fires under that name: events.addEventListener(type, …)',
    ].join('\n')),
    codeBlock('In a shell', `curl -N '${events}?${query}'`),
    codeBlock('To publish', publishCommand(exact)),
  ];
}
