// Positions: `epoch-offset`, eight hexadecimal digits and a decimal number that may be too large for a JavaScript number.

const LAST = '9223372036854775807';
const SHAPE = /^[0-9a-f]{8}-(0|[1-9][0-9]{0,18})$/;

/** Is `text` a position of a Longwave hub (spec/protocol.md, section 2)? Other servers have ids of other shapes. */
export const isPosition = (text: unknown): text is string => typeof text === 'string' && SHAPE.test(text) && (text.length < 28 || text.slice(9) <= LAST);

/** The log that a position belongs to: its first eight characters. */
export const epochOf = (position: string): string => position.slice(0, 8);

/** Where a position stands in its log: a decimal number, as text. */
export const offsetOf = (position: string): string => position.slice(9);

/** Does `position` stand at or before `other` in the same log? False for positions of two logs. */
export function isAtOrBefore(position: string, other: string): boolean {
  if (epochOf(position) !== epochOf(other)) {
    return false;
  }

  // Decimal numbers without leading zeros compare as text of the same length.
  const [a, b] = [offsetOf(position), offsetOf(other)];
  return a.length === b.length ? a <= b : a.length < b.length;
}

/** The position right before `position`, which must not be offset 0: a stream that resumes there begins with that event. */
export const before = (position: string): string => `${epochOf(position)}-${BigInt(offsetOf(position)) - 1n}`;
