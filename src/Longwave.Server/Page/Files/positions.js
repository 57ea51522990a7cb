// Positions: `epoch-offset`, eight hexadecimal digits and a decimal number that may be too large for a JavaScript number.

const SHAPE = /^([0-9a-f]{8})-(0|[1-9][0-9]{0,18})$/;

/** Is `text` a position? */
export const isPosition = (text) => typeof text === 'string' && SHAPE.test(text);

export const epochOf = (position) => position.slice(0, 8);

export const offsetOf = (position) => position.slice(9);

/** Does `position` stand at or before `other` in the same log? Compared as text: decimal numbers without leading zeros. */
export function isAtOrBefore(position, other) {
  if (epochOf(position) !== epochOf(other)) {
    return false;
  }

  const [a, b] = [offsetOf(position), offsetOf(other)];
  return a.length === b.length ? a <= b : a.length < b.length;
}

/** The position before the one given: a stream that resumes there begins with that event. */
export const before = (position) => `${epochOf(position)}-${BigInt(offsetOf(position)) - 1n}`;
