// The clients of a thread of Node, started by its data; it answers every message with their receipts. `isReactNative` replaces the network by that of React Native.

import { parentPort, workerData } from 'node:worker_threads';
import { EventSource } from 'eventsource';
import { xhrFetch } from '../../../../sdk/typescript/src/xhr.ts';
import { becomeReactNative } from '../../../../sdk/typescript/test/setup/react-native.js';
import { addressOf, headersOf } from './address.js';
import { follow } from './event-sources.js';
import { Receipt } from './receipt.js';
import { subscription } from './subscription.js';

const STARTS = {
  npmEventSource: (options, receipt) => follow(
    new EventSource(addressOf(options), { fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headersOf(options) } }) }), receipt),
  subscription,
  subscriptionOverXhr: (options, receipt) => subscription({ ...options, more: { ...options.more, fetch: xhrFetch } }, receipt),
};

if (workerData.isReactNative) {
  becomeReactNative();
}

const receipts = workerData.clients.map(({ start, ...options }) => {
  const receipt = new Receipt();
  void STARTS[start](options, receipt);
  return receipt;
});
parentPort.on('message', () => parentPort.postMessage(receipts));
