// Positions: `epoch-offset`, eight hexadecimal digits and a decimal number that may exceed the range of a JavaScript number.

const LAST = '9223372036854775807';
const SHAPE = /^[0-9a-f]{8}-(0|[1-9][0-9]{0,18})$/;

/** Whether `text` is a position of a Longwave hub (spec/protocol.md, section 2). Ids of other servers have other forms. */
export const isPosition = (text: unknown): text is string => typeof text === 'string' && SHAPE.test(text) && (text.length < 28 || text.slice(9) <= LAST);

/** Epoch of a position, which identifies its log: the first eight characters. */
export const epochOf = (position: string): string => position.slice(0, 8);

/** Offset of a position in its log: a decimal number, as text. */
export const offsetOf = (position: string): string => position.slice(9);

/** Whether `position` is at or before `other` in the same log. False for positions of two logs. */
export function isAtOrBefore(position: string, other: string): boolean {
  if (epochOf(position) !== epochOf(other)) {
    return false;
  }

  // Decimal numbers of the same length without leading zeros can be compared as text.
  const [a, b] = [offsetOf(position), offsetOf(other)];
  return a.length === b.length ? a <= b : a.length < b.length;
}

/**
 * Position directly before `position`, which must not have offset 0. A stream that resumes after the result starts with the event at
 * `position`.
 */
export const before = (position: string): string => `${epochOf(position)}-${BigInt(offsetOf(position)) - 1n}`;
