// The clock of the hub, from the responses of the hub and its events: the clock of this computer can be wrong.

/** A step back by more than this is a change of the clock, not a slow response. */
const CLOCK_CHANGED_MS = 30_000;

/** Hub time minus the monotonic time of this page, in milliseconds; null until the first response. */
let offset = null;

/** Reads the `Date` header of a response, which has whole seconds. */
export function noteDate(response) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) {
    note(date);
  }
}

/** Reads the time of an event: the time of the hub is at least that. */
export function noteEventTime(time) {
  if (offset !== null && time > hubNow()) {
    note(time);
  }
}

/** Time of the hub, in milliseconds since 1970; null while it is unknown. */
export const hubNow = () => (offset === null ? null : offset + performance.now());

function note(time) {
  // A response was sent before it is read, so the largest difference is the nearest to the truth. After a larger step back, the clock of the hub was set.
  const seen = time - performance.now();
  offset = offset === null || seen > offset || offset - seen > CLOCK_CHANGED_MS ? seen : offset;
}
