// The TypeScript SDK.

import { subscribe } from '../../../../sdk/typescript/src/index.ts';

/** @param {object} options `more`: further options of the subscription; `turnEveryMs`: time after which it changes between a stream and polls. */
export async function subscription({ hub, topic, token, more, turnEveryMs }, receipt) {
  try {
    const events = subscribe(`${hub}/v1/events`, { topics: topic, since: 'earliest', token: token ? () => token : undefined, minDelayMs: 20, maxDelayMs: 500, pollEveryMs: 100, ...more });
    if (turnEveryMs) {
      setInterval(() => {
        events.transport = events.transport === 'poll' ? 'stream' : 'poll';
      }, turnEveryMs);
    }

    for await (const { data } of events) {
      receipt.take(data);
    }

    receipt.end('The subscription ended.');
  } catch (error) {
    receipt.end(error);
  }
}
