/**
 * Why a connection ended, or a request did not succeed.
 *
 * | kind | means | tried again |
 * |---|---|---|
 * | `network` | no answer, or the connection broke | yes |
 * | `ended` | the server ended the stream | yes |
 * | `silence` | nothing came for 2.5 heartbeats | yes |
 * | `no-greeting` | the stream did not begin in time | yes, with long polls when allowed |
 * | `stale` | the tip of the log went back | yes |
 * | `malformed` | a line or a poll answer that is not what a hub writes | yes |
 * | `unavailable` | status 408, 425, 429 or 5xx | yes |
 * | `token` | the token provider failed | yes |
 * | `not-a-stream` | another content type: final until the subscription has been open once, after that a gateway in between | it depends |
 * | `refused` | any other status; `status` and `problem` say more | no |
 * | `revoked` | the hub took the right to listen away, or an administrator ended the stream | no |
 * | `too-large` | an event above the limit | no |
 * | `payload` | `decode` threw; `cause` says what | no |
 */
export type ErrorKind =
  | 'network' | 'ended' | 'silence' | 'no-greeting' | 'stale' | 'malformed' | 'unavailable' | 'token'
  | 'not-a-stream' | 'refused' | 'revoked' | 'too-large' | 'payload';

/** What a hub says about a refusal (RFC 9457). */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  /** The parameter or member that is wrong. */
  readonly field?: string;
  readonly [member: string]: unknown;
}

const FINAL: readonly ErrorKind[] = ['refused', 'revoked', 'too-large', 'payload'];

/** Every failure of this package. `message` is a sentence for people. */
export class LongwaveError extends Error {
  override readonly name = 'LongwaveError';
  /** Is the request tried again? */
  declare readonly retryable: boolean;
  /** Status of the answer, or 0 when there was none. */
  declare readonly status: number;
  /** The problem document of the answer, when it had one. */
  declare readonly problem: Problem | null;
  /** From `Retry-After`: not sooner than that many milliseconds. */
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
