// All parts for browsers in one module. A hub serves it as `/page/longwave.js`.

export { followAttention } from './attention.js';
export { LongwaveEventSource } from './event-source.js';
export { before, epochOf, fetchTicket, isAtOrBefore, isPosition, LongwaveError, offsetOf, subscribe } from './index.js';
export { Publisher } from './publisher.js';
export { indexedDbStore, webStore } from './stores.js';
export { subscribeShared } from './tabs.js';
export { reportTelemetry } from './telemetry.js';
