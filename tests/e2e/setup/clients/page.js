// The clients of a page: started and read by a test.

import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSourcePolyfill } from 'event-source-polyfill';
import { addressOf, headersOf } from './address.js';
import { eventSource, eventSourceWithTicket, follow, reopening } from './event-sources.js';
import { Receipt } from './receipt.js';
import { subscription } from './subscription.js';

function polyfill(options, receipt) {
  follow(new EventSourcePolyfill(addressOf(options), { headers: headersOf(options) }), receipt);
}

function fetched(options, receipt) {
  fetchEventSource(addressOf(options), {
    headers: headersOf(options),
    openWhenHidden: true,
    // Control events arrive here, too.
    onmessage: ({ event, data }) => event === '' && receipt.take(data),
    // The hub ends its streams cleanly when it drains. The library repeats a request only after an error.
    onclose: () => {
      throw new Error('The stream ended.');
    },
  }).catch((error) => receipt.end(error));
}

const STARTS = {
  eventSource, eventSourceWithTicket, fetched, polyfill, subscription, reopening: (options, receipt) => reopens.push(reopening(options, receipt)),
};
const receipts = [];
const reopens = [];

window.startClients = (clients) => {
  for (const { start, ...options } of clients) {
    const receipt = new Receipt();
    receipts.push(receipt);
    void STARTS[start](options, receipt);
  }
};
window.reopenClients = () => {
  reopens.forEach((reopen) => reopen());
};
window.reportClients = () => JSON.stringify(receipts);
