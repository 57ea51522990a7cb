// What the tabs that share a connection say to each other.

import { LongwaveError } from './errors.js';
import type { Control, LongwaveEvent, State } from './options.js';

/** A state that can be posted: an error is not an object of this class any more on the other side. */
export type PlainState = Exclude<State, { name: 'waiting' | 'closed' }> | { name: 'waiting'; delayMs: number; offline: boolean; error: PlainError };

interface PlainError {
  kind: LongwaveError['kind'];
  message: string;
  status: number;
}

export type Message =
  /** To the leader: this tab listens to these topics. */
  | { kind: 'join'; tab: string; topics: readonly string[] }
  | { kind: 'leave'; tab: string }
  /** From the leader: who is there? Everybody joins. */
  | { kind: 'who' }
  /** You are in; the connection stands at `at`, and everything for you after that will come here. */
  | { kind: 'welcome'; tab: string; at: string }
  /** `after`: where the connection stood before. Whoever stood there, or further, missed nothing. */
  | { kind: 'event'; after: string; event: LongwaveEvent }
  | { kind: 'tip'; after: string; at: string }
  | { kind: 'gap'; after: string; data: Record<string, unknown> }
  | { kind: 'reset'; at: string; data: Record<string, unknown> }
  | { kind: 'control'; control: Control }
  | { kind: 'state'; state: PlainState }
  /** The leader lives. */
  | { kind: 'beat'; at: string | null }
  /** The shared question is refused: everybody asks alone, so that only those fail whose part it is. */
  | { kind: 'solo' };

export const plain = (state: Exclude<State, { name: 'closed' }>): PlainState =>
  state.name === 'waiting' ? { ...state, error: { kind: state.error.kind, message: state.error.message, status: state.error.status } } : state;

export const revive = (state: PlainState): State =>
  state.name === 'waiting' ? { ...state, error: new LongwaveError(state.error.kind, state.error.message, { status: state.error.status }) } : state;
