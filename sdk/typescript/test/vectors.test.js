// Tests the parsers with the wire vectors of spec/vectors.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { LongwaveError } from '../dist/index.js';
import { EventStreamParser, frameLength, JsonLinesParser } from '../dist/parser.js';
import { selects } from '../dist/selectors.js';
import { before, isAtOrBefore, isPosition } from '../dist/positions.js';

const read = async (name) => JSON.parse(await readFile(new URL(`../../../spec/vectors/${name}`, import.meta.url), 'utf8'));

/** Returns what a parser yields for bytes in chunks of `size`. */
function parse(parser, bytes, size) {
  const items = [];
  const decoder = new TextDecoder();
  for (let from = 0; from < bytes.length; from += size) {
    items.push(...parser.push(decoder.decode(bytes.subarray(from, from + size), { stream: true })));
  }

  return items;
}

for (const vector of (await read('parse.json')).vectors) {
  test(`parse: ${vector.name}`, () => {
    const bytes = vector.stream === undefined ? Buffer.from(vector.streamBase64, 'base64') : Buffer.from(vector.stream);
    for (const size of [Math.max(1, bytes.length), 1, 2, 3, 7]) {
      const items = parse(new EventStreamParser(), bytes, size);
      const events = items.filter(({ kind }) => kind === 'event').map(({ type, data, id }) => ({ type, data, lastEventId: id }));
      assert.deepEqual(events, vector.events, `pieces of ${size}`);
      assert.equal(items.filter(({ kind }) => kind === 'retry').at(-1)?.ms ?? null, vector.retry);
      assert.equal(items.filter(({ kind }) => kind === 'event' || kind === 'id').at(-1)?.id ?? '', vector.lastEventId);
      if (vector.comments) {
        assert.deepEqual(items.filter(({ kind }) => kind === 'comment').map(({ text }) => text), vector.comments);
      }
    }
  });
}

test('the limit error follows the events before it, and counts lines, events and incomplete input', () => {
  for (const text of [`data: ${'x'.repeat(100)}`, 'data: x\n'.repeat(60), `:${' '.repeat(101)}`]) {
    for (const size of [1, 7, 10_000]) {
      const parser = new EventStreamParser(100);
      const heard = [];
      assert.throws(() => {
        const all = `data: before\n\n${text}`;
        for (let from = 0; from < all.length; from += size) {
          for (const item of parser.push(all.slice(from, from + size))) {
            heard.push(item.data);
          }
        }
      }, (error) => error instanceof LongwaveError && error.kind === 'too-large' && !error.retryable);
      assert.deepEqual(heard, ['before']);
    }
  }

  assert.equal([...new EventStreamParser(100).push(`data: ${'x'.repeat(94)}\n\n`)].length, 1);
});

test('lines of JSON: events, tips and control events, split at any byte', () => {
  const text = '{"type":"longwave.tip","data":"0000000a-1","retry":2500}\n\n{"id":"0000000a-2","topic":"t","time":"2026-11-23T06:57:00.123Z","data":"ünï 🌊\\r"}\r\n{"type":"longwave.gap","data":"{}"}\n{"id":"0000000a-3","cut"';
  for (const size of [1, 2, 3, 7, 1000]) {
    assert.deepEqual(parse(new JsonLinesParser(), Buffer.from(text), size), [
      { kind: 'comment', text: '0000000a-1', ms: 2500 },
      { topic: 't', time: '2026-11-23T06:57:00.123Z', kind: 'event', type: 'message', data: 'ünï 🌊\r', id: '0000000a-2', own: true },
      { kind: 'event', type: 'longwave.gap', data: '{}', id: '', own: false },
    ]);
  }
});

test('lines that are not events are errors, and are retried', () => {
  for (const line of ['not json', '12', '{"id":"7","data":"x"}', '{"id":"0000000a-1","data":7}', '{"id":"0000000a-1"}', 'null', '{"id":"0000000a-1","type":5,"data":"x"}']) {
    assert.throws(() => [...new JsonLinesParser().push(`${line}\n`)], (error) => error.kind === 'malformed' && error.retryable, line);
  }
});

test('positions', async () => {
  const { valid, invalid } = await read('positions.json');
  valid.forEach(({ text }) => assert.ok(isPosition(text), text));
  [...invalid, undefined, 7].forEach((text) => assert.ok(!isPosition(text), text));
  assert.ok(isAtOrBefore('0000000a-9', '0000000a-10') && isAtOrBefore('0000000a-10', '0000000a-10'));
  assert.ok(!isAtOrBefore('0000000a-11', '0000000a-10') && !isAtOrBefore('0000000a-1', '0000000b-10'));
  assert.equal(before('0000000a-9223372036854775807'), '0000000a-9223372036854775806');
});

for (const { selector, matches, misses } of (await read('selectors.json')).vectors) {
  test(`selector ${selector}`, () => {
    const isSelected = selects([selector]);
    matches.forEach((topic) => assert.ok(isSelected(topic), `matches ${topic}`));
    misses.forEach((topic) => assert.ok(!isSelected(topic), `misses ${topic}`));
    matches.forEach((topic) => assert.ok(selects(['other', selector])(topic)));
  });
}

test('a template with many variables is matched without backtracking', () => {
  const isSelected = selects([`{a}${'{b}'.repeat(20)}!`]);
  assert.equal(isSelected('x'.repeat(1024)), false);
});

test('lines with the largest data pass with any escapes; an endless line fails', () => {
  const line = (length) => `{"id":"0000000a-1","topic":"t","data":"${'\\u0001'.repeat(length)}"}\n`;
  const [item] = new JsonLinesParser(frameLength(100_000)).push(line(100_000));
  assert.equal(item.data.length, 100_000);
  assert.equal([...new JsonLinesParser().push(line(1024 * 1024))].length, 1, 'what a hub accepts by default');
  assert.throws(() => [...new JsonLinesParser(frameLength(100_000)).push('x'.repeat(2_700_000))], { kind: 'too-large' });
});
