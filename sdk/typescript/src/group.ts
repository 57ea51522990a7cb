// Messages between the tabs that share a connection.

import { LongwaveError } from './errors.js';
import type { Control, LongwaveEvent, State } from './options.js';

/** A state that can be posted: after structured cloning, an error is no longer an instance of its class. */
export type PlainState = Exclude<State, { name: 'waiting' | 'closed' }> | { name: 'waiting'; delayMs: number; offline: boolean; error: PlainError };

interface PlainError {
  kind: LongwaveError['kind'];
  message: string;
  status: number;
}

export type Message =
  /** To the leader: this tab subscribes to these topics. */
  | { kind: 'join'; tab: string; topics: readonly string[] }
  | { kind: 'leave'; tab: string }
  /** To the leader: reconnect at once. */
  | { kind: 'reconnect' }
  /** From the leader: requests a `join` from every tab. */
  | { kind: 'who' }
  /** From the leader: the tab has joined. The connection is at position `at`; later events of the tab's topics follow here. */
  | { kind: 'welcome'; tab: string; at: string }
  /** `after`: the previous position of the connection. A tab that was at or after it missed nothing. */
  | { kind: 'event'; after: string; event: LongwaveEvent }
  | { kind: 'tip'; after: string; at: string }
  | { kind: 'gap'; after: string; data: Record<string, unknown> }
  | { kind: 'reset'; at: string; data: Record<string, unknown> }
  | { kind: 'control'; control: Control }
  | { kind: 'state'; state: PlainState }
  /** From the leader: it is running. */
  | { kind: 'beat'; at: string | null }
  /**
   * The hub rejected the shared request, or ended it because all topics are complete: every tab connects alone, so that only the tab with the
   * invalid topics fails, and each reads what it lacks.
   */
  | { kind: 'solo' };

export const plain = (state: Exclude<State, { name: 'closed' }>): PlainState =>
  state.name === 'waiting' ? { ...state, error: { kind: state.error.kind, message: state.error.message, status: state.error.status } } : state;

export const revive = (state: PlainState): State =>
  state.name === 'waiting' ? { ...state, error: new LongwaveError(state.error.kind, state.error.message, { status: state.error.status }) } : state;
