// The hub's control events about the stream, as sentences.

const reasons = new Map([
  ['retention', 'retention removed them'],
  ['deleted', 'they were deleted'],
  ['skipped', 'this client was too slow for them'],
  ['damaged', 'the storage of the hub is damaged'],
  ['complete', 'all topics are complete'],
  ['slow', 'this client was too slow'],
  ['unknown-epoch', 'the position is from another log'],
  ['malformed', 'the position could not be read'],
  ['ahead', 'the position is beyond the end of the log'],
  ['drain', 'the hub is shutting down or restarting'],
  ['age', 'the stream reached its maximum age'],
  ['token-expired', 'the token expired'],
  ['revoked', 'the token was revoked'],
  ['grants-narrowed', 'the token no longer allows these topics'],
  ['ended', 'an administrator ended it'],
]);

const because = (reason) => {
  const words = reasons.get(reason) ?? (typeof reason === 'string' ? reason : '');
  return words === '' ? '' : ` (${words})`;
};

/** @returns {{ kind: string, words: string }} the sentence for a control event; `type` has no prefix. */
export function describeControl(type, data) {
  switch (type) {
    case 'gap':
      return { kind: 'gap', words: `Gap: events after ${data.from} up to ${data.to} are gone${because(data.reason)}.` };
    case 'reset':
      return { kind: 'reset', words: `Reset: the last position is not valid in this log${because(data.reason)}. Events now come from epoch ${data.epoch}.` };
    case 'reconnect':
      return { kind: 'reconnect', words: `The hub requested a reconnect in ${seconds(data.retry)}${because(data.reason)}.` };
    case 'complete':
      return { kind: 'other', words: `The topic ${data.topic} is complete: no event follows.` };
    case 'closed':
      return { kind: 'closed', words: `The hub ended the stream${because(data.reason)}.` };
    case 'unavailable':
      return { kind: 'reconnect', words: `The hub is temporarily unavailable${because(data.reason)}.` };
    case 'token-expiring':
      return { kind: 'closed', words: `The token expires at ${new Date(data.expires).toLocaleTimeString('en-GB')}; then the hub ends the stream. Use "Change token" to continue.` };
    default:
      return { kind: 'other', words: `Control event longwave.${type}: ${JSON.stringify(data)}` };
  }
}

/** Whole seconds, rounded up, at least one: 3200 → "4 s". */
export const seconds = (ms) => `${Math.max(1, Math.ceil((Number(ms) || 0) / 1000))} s`;
