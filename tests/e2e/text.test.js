// Tests how the page lays out data.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prettyJson } from '../../src/Longwave.Server/Page/Files/text.js';

test('formatted JSON keeps every token, and other text is unchanged', () => {
  const text = (json) => prettyJson(json)?.map((token) => token.text).join('');
  assert.equal(text('{"a":1e400,"a":[],"b":{},"c":"x, {y}: \\"z\\"","d":-0.10}'), '{\n  "a": 1e400,\n  "a": [],\n  "b": {},\n  "c": "x, {y}: \\"z\\"",\n  "d": -0.10\n}');
  for (const other of ['', 'plain', '"text"', '12', '{"a":', '{} {}', '<a>', '[1,]']) {
    assert.equal(prettyJson(other), null, other);
  }
});
