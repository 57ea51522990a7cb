import type { SubscribeOptions } from './options.js';
import { Subscription } from './subscription.js';

/**
 * Subscribes to a stream.
 * @param url Events URL, e.g. `https://hub.example/v1/events`; in a browser it may be relative.
 */
export const subscribe = <T = string>(url: string | URL, options?: SubscribeOptions<T>): Subscription<T> => new Subscription(url, options);
