import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../dist/answers.js';
import { Backoff } from '../dist/backoff.js';

const always = (value) => () => value;

test('pauses grow at most threefold, up to the cap, and start again after a reset', () => {
  const backoff = new Backoff({ minDelayMs: 100, maxDelayMs: 1000 }, always(1));
  assert.deepEqual(Array.from({ length: 4 }, () => backoff.next()), [200, 600, 1000, 1000]);
  backoff.reset();
  assert.equal(backoff.next(), 200);
});

test('a pause is never shorter than the last `retry:` of the server', () => {
  const backoff = new Backoff({ minDelayMs: 100, maxDelayMs: 1000 }, always(0));
  assert.equal(backoff.next(), 100);
  backoff.retry(250, false);
  assert.equal(backoff.next(), 250);
  backoff.retry(5000, true);
  assert.equal(backoff.next(), 5000);
});

test('the first pause is the random `retry:` of a hub plus at most 10 %; later pauses grow', () => {
  const backoff = new Backoff({}, always(1));
  backoff.retry(2000, true);
  assert.deepEqual(Array.from({ length: 3 }, () => Math.round(backoff.next())), [2200, 6600, 19_800]);
  backoff.reset();
  backoff.retry(2000, false);
  assert.equal(backoff.next(), 4000, 'the `retry:` of another server holds for all its clients');
});

test('a pause requested by the server is spread and never shortened', () => {
  for (const isHub of [true, false]) {
    const pauseAt = (value) => {
      const backoff = new Backoff({ maxDelayMs: 2000 }, always(value));
      backoff.retry(1000, isHub);
      return backoff.next(30_000);
    };
    assert.deepEqual([pauseAt(0), pauseAt(1)], [30_000, 45_000]);
  }
});

test('a floor of zero does not make a loop', () => {
  const backoff = new Backoff({}, always(1));
  backoff.retry(0, false);
  assert.deepEqual(Array.from({ length: 4 }, () => backoff.next()), [2, 6, 18, 54]);
});

/** Returns the highest number of attempts within one second, as a multiple of the mean over the window. */
function peak(pausesMs) {
  const sorted = [...pausesMs].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while (sorted[last] - sorted[first] > 1000) {
      first++;
    }

    most = Math.max(most, last - first + 1);
  }

  return most / (sorted.length / ((sorted.at(-1) - sorted[0]) / 1000));
}

test('two thousand clients that are disconnected together reconnect spread over the window', () => {
  const storm = (retryMs, isHub) => Array.from({ length: 2000 }, () => {
    const backoff = new Backoff();
    backoff.retry(retryMs(), isHub);
    return backoff.next();
  });

  // 2 is the limit of the benchmark of the same name; an even spread of 2,000 clients is near 1.
  const ofHub = storm(() => 1000 + Math.random() * 4000, true);
  assert.ok(peak(ofHub) < 2, `${peak(ofHub)} means`);
  const ofOther = storm(() => 3000, false);
  assert.ok(peak(ofOther) < 2, `${peak(ofOther)} means`);
});

test('Retry-After: seconds, a date by the clock of the server, invalid values, and at most one day', () => {
  const of = (value, date) => retryAfterMs(new Headers({ ...(value === undefined ? {} : { 'Retry-After': value }), ...(date === undefined ? {} : { Date: date }) }));
  assert.equal(of('3'), 3000);
  for (const year of [1976, 2016, 2026, 2036]) {
    const date = (seconds) => new Date(Date.UTC(year, 10, 23, 6, 57, seconds)).toUTCString();
    assert.equal(of(date(5), date(0)), 5000);
    assert.equal(of(date(5), date(6)), 0);
    for (const value of [undefined, '', 'soon', '-3', '1.5', '2050-01-01']) {
      assert.equal(of(value, date(0)), 0, value);
    }
  }

  assert.equal(of('Fri, 31 Dec 2099 23:59:59 GMT'), 0, 'a server that does not say its time');
  assert.equal(of('999999999999999999999'), 86_400_000);
});
