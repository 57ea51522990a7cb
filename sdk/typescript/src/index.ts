export { LongwaveError, type ErrorKind, type Problem } from './errors.js';
export type { Completion, Control, Gap, LongwaveEvent, Notices, PositionStore, Question, Reset, State, SubscribeOptions, Transport } from './options.js';
export { before, epochOf, isAtOrBefore, isPosition, offsetOf } from './positions.js';
export { subscribe } from './subscribe.js';
export type { Subscription } from './subscription.js';
export { fetchTicket, type Fetch, type TokenProvider } from './tokens.js';
