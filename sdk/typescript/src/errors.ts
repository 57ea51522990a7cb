/**
 * Why a connection ended or a request failed.
 *
 * | kind | meaning | retried |
 * |---|---|---|
 * | `network` | no response, or the connection broke | yes |
 * | `ended` | the server closed the stream | yes |
 * | `silence` | the stream was silent for 2.5 heartbeats | yes |
 * | `no-greeting` | the stream did not start in time | yes, with long polls when allowed |
 * | `stale` | the tip of the log moved backwards | yes |
 * | `malformed` | a line or a poll response is not in the format of a hub | yes |
 * | `unavailable` | status 408, 425, 429 or 5xx | yes |
 * | `token` | the token provider failed | yes |
 * | `not-a-stream` | another content type: final before the first open connection; later it comes from a gateway and is temporary |
 * depends |
 * | `refused` | any other status; see `status` and `problem` | no |
 * | `revoked` | the hub revoked the token, or an administrator closed the stream | no |
 * | `too-large` | an event is larger than the limit | no |
 * | `payload` | `decode` threw; see `cause` | no |
 */
export type ErrorKind =
  | 'network' | 'ended' | 'silence' | 'no-greeting' | 'stale' | 'malformed' | 'unavailable' | 'token'
  | 'not-a-stream' | 'refused' | 'revoked' | 'too-large' | 'payload';

/** Reason that a hub gives for a rejected request (RFC 9457). */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  /** Parameter or member that is invalid. */
  readonly field?: string;
  readonly [member: string]: unknown;
}

const FINAL: readonly ErrorKind[] = ['refused', 'revoked', 'too-large', 'payload'];

/** Every error of this package. `message` is a sentence for people. */
export class LongwaveError extends Error {
  override readonly name = 'LongwaveError';
  /** Whether the client retries the request. */
  declare readonly retryable: boolean;
  /** HTTP status of the response; 0 without a response. */
  declare readonly status: number;
  /** Problem document of the response; null without one. */
  declare readonly problem: Problem | null;
  /** Minimum delay before the next request in milliseconds, from `Retry-After`; 0 without one. */
  declare readonly retryAfterMs: number;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    more: { status?: number; problem?: Problem | null; retryAfterMs?: number; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, more);
    Object.assign(this, { retryable: !FINAL.includes(kind), status: 0, problem: null, retryAfterMs: 0 }, more);
  }
}
