// What an empty hub offers: three ways to see a first event.

import { copy } from './copy.js';
import { codeBlock } from './code-block.js';
import { demoCommand, publishCommand } from './snippets.js';
import { button, element } from './text.js';

/** Topics of the earthquakes that `longwave demo` publishes. */
export const DEMO_SELECTOR = 'earthquakes/{network}';

/**
 * The content of the list while the hub has no events.
 * @param {{ publish: () => void, watchDemo: () => void, hasToken: boolean }} on `publish` publishes a test event; `watchDemo` subscribes to
 * the topics of the demo.
 */
export function firstSteps({ publish, watchDemo, hasToken }) {
  const curl = publishCommand('demo', hasToken);
  const result = element('p', 'copied');
  result.setAttribute('role', 'status');
  const buttons = element('div', 'steps');
  buttons.append(
    button('Publish a test event', publish, 'primary'),
    button('Run the demo', watchDemo, ''),
    button('Copy curl command', async () => {
      result.textContent = (await copy(curl)) ? 'Copied: paste it into a shell.' : 'This browser does not allow copying: select the command above.';
    }, ''),
  );
  return [
    element('h3', '', 'This hub has no events yet'),
    element('p', '', 'Publish a test event to the topic demo, let the demo publish real data, or publish from a shell:'),
    buttons,
    codeBlock('Publish an event', curl),
    result,
  ];
}

/** The content of the list while the page waits for the demo. */
export const demoSteps = () => [
  element('h3', '', 'Waiting for the demo'),
  element('p', '', 'The demo replays one week of earthquakes, about two events per second, for 17 minutes. Run this command on a computer with longwave:'),
  codeBlock('Run the demo', demoCommand()),
];
