// Counts what one client receives of the events 1, 2, 3 …

export class Receipt {
  /** The newest event. */
  last = 0;
  lost = 0;
  /** Events that arrived again, or too late. */
  repeated = 0;
  /** Number of `longwave.unavailable`: the hub could not open a stream yet. */
  unavailable = 0;
  /** Why the client has ended permanently; null while it runs. */
  ended = null;

  /** @param {string} data The number of the event. */
  take(data) {
    const number = Number(data);
    if (number > this.last) {
      this.lost += number - this.last - 1;
      this.last = number;
    } else {
      this.repeated++;
    }
  }

  end(reason) {
    this.ended ??= String(reason?.message ?? reason);
  }
}
