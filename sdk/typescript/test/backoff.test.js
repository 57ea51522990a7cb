import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../dist/answers.js';
import { Backoff } from '../dist/backoff.js';

const always = (value) => () => value;

test('pauses grow threefold at most, to the cap, and begin anew after a reset', () => {
  const backoff = new Backoff({ minDelayMs: 100, maxDelayMs: 1000 }, always(1));
  assert.deepEqual(Array.from({ length: 4 }, () => backoff.next()), [300, 900, 1000, 1000]);
  backoff.reset();
  assert.equal(backoff.next(), 300);
});

test('a pause is never below the floor, and the floor is what the server said last', () => {
  const backoff = new Backoff({ minDelayMs: 100, maxDelayMs: 1000 }, always(0));
  assert.equal(backoff.next(), 100);
  backoff.floor = 250;
  assert.equal(backoff.next(), 250);
  backoff.floor = 5000;
  assert.equal(backoff.next(), 5000);
});

test('a floor of zero does not make a loop', () => {
  const backoff = new Backoff({}, always(1));
  backoff.floor = 0;
  assert.deepEqual(Array.from({ length: 4 }, () => backoff.next()), [3, 9, 27, 81]);
});

test('two thousand clients that were cut off together come back spread over the window', () => {
  const first = Array.from({ length: 2000 }, () => new Backoff({ minDelayMs: 1000 }).next());
  const buckets = Array.from({ length: 10 }, () => 0);
  first.forEach((ms) => {
    assert.ok(ms >= 1000 && ms <= 3000);
    buckets[Math.min(9, Math.floor((ms - 1000) / 200))]++;
  });

  // 200 expected in each; ten standard deviations away is no accident.
  buckets.forEach((count) => assert.ok(count > 65 && count < 335, buckets.join()));
});

test('Retry-After: seconds, a date, nonsense, and no more than a day', () => {
  const of = (value) => retryAfterMs(new Headers(value === undefined ? {} : { 'Retry-After': value }), Date.parse('2026-11-23T06:57:00Z'));
  assert.equal(of('3'), 3000);
  assert.equal(of('Mon, 23 Nov 2026 06:57:05 GMT'), 5000);
  for (const value of [undefined, '', 'soon', '-3', '1.5', 'Mon, 23 Nov 2026 06:56:00 GMT']) {
    assert.equal(of(value), 0, value);
  }

  assert.equal(of('999999999999999999999'), 86_400_000);
});
