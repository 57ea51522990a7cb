// What the hub says in band about the stream, in words.

const reasons = new Map([
  ['retention', 'retention removed them'],
  ['skipped', 'this client was too slow for them'],
  ['slow', 'this client was too slow'],
  ['unknown-epoch', 'the log is another one'],
  ['malformed', 'the position could not be read'],
  ['ahead', 'the log does not reach that far'],
  ['drain', 'it is leaving or restarts'],
  ['age', 'the stream has been open for long'],
]);

const because = (reason) => {
  const words = reasons.get(reason) ?? (typeof reason === 'string' ? reason : '');
  return words === '' ? '' : ` (${words})`;
};

/** @returns {{ kind: string, words: string }} for a control event of the hub; `type` has no prefix. */
export function describeControl(type, data) {
  switch (type) {
    case 'gap':
      return { kind: 'gap', words: `Gap: events after ${data.from} up to ${data.to} are gone${because(data.reason)}.` };
    case 'reset':
      return { kind: 'reset', words: `Reset: the earlier position means nothing in this log${because(data.reason)}. What comes now is from epoch ${data.epoch}.` };
    case 'reconnect':
      return { kind: 'reconnect', words: `The hub asked to come back in ${seconds(data.retry)}${because(data.reason)}.` };
    case 'longwave.closed':
      return { kind: 'closed', words: `The hub ended the stream${because(data.reason)}.` };
    default:
      return { kind: 'other', words: `The hub says longwave.${type}: ${JSON.stringify(data)}` };
  }
}

/** 3200 → "3 s"; never zero. */
export const seconds = (ms) => `${Math.max(1, Math.ceil((Number(ms) || 0) / 1000))} s`;
