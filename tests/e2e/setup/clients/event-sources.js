// EventSource of a browser, and classes with the same interface.

import { addressOf } from './address.js';

const AGAIN_MS = 100;
const CLOSED = 2;

/** Counts the events of a source. It reconnects by itself until it closes. */
export function follow(source, receipt) {
  source.onmessage = ({ data }) => receipt.take(data);
  source.onerror = () => source.readyState === CLOSED && receipt.end('The source closed.');
}

export const eventSource = (options, receipt) => follow(new EventSource(addressOf(options)), receipt);

/** Makes a client that closes its source and opens a new one at its last position, each time that the returned function is called. */
export function reopening(options, receipt) {
  let position = '';
  let source = null;
  const open = () => {
    source?.close();
    source = new EventSource(`${addressOf(options)}&last_event_id=${position}`);
    follow(source, receipt);
    source.addEventListener('message', ({ lastEventId }) => {
      position = lastEventId;
    });
    source.addEventListener('longwave.unavailable', () => receipt.unavailable++);
  };
  open();
  return open;
}

/** Continues with a new ticket from the last position when the source closes, as the tutorial does: a restarted hub does not know its tickets any more. */
export async function eventSourceWithTicket(options, receipt) {
  let position = '';
  const listen = async () => {
    const answer = await fetch(`${options.hub}/v1/tickets`, { method: 'POST', headers: { Authorization: `Bearer ${options.token}` } }).catch(() => null);
    if (!answer?.ok) {
      setTimeout(listen, AGAIN_MS);
      return;
    }

    const { ticket } = await answer.json();
    const source = new EventSource(`${addressOf(options)}&last_event_id=${position}&ticket=${ticket}`);
    source.onmessage = ({ data, lastEventId }) => {
      position = lastEventId;
      receipt.take(data);
    };
    source.onerror = () => source.readyState === CLOSED && setTimeout(listen, AGAIN_MS);
  };
  await listen();
}
