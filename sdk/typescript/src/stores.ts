// Position stores for browsers.

import type { PositionStore } from './options.js';

/**
 * Stores the position in `localStorage` or another `Storage`. When storage is disabled or full, it stores nothing and does not throw.
 * @param name Unique name of the subscription.
 */
export function webStore(name: string, storage: () => Storage = () => localStorage): PositionStore {
  return {
    load: () => {
      try {
        return storage().getItem(name);
      } catch {
        return null;
      }
    },
    save: (position) => storage().setItem(name, position),
  };
}

const TABLE = 'positions';

const result = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
});

/**
 * Stores the position in IndexedDB, which is also available in workers.
 * @param name Unique name of the subscription.
 */
export function indexedDbStore(name: string, database = 'longwave'): PositionStore {
  let opened: Promise<IDBDatabase> | undefined;
  const open = () => opened ??= (() => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(TABLE);
    return result(request);
  })();
  return {
    load: async () => {
      try {
        const kept: unknown = await result((await open()).transaction(TABLE).objectStore(TABLE).get(name));
        return typeof kept === 'string' ? kept : null;
      } catch {
        return null;
      }
    },
    save: async (position) => void (await result((await open()).transaction(TABLE, 'readwrite').objectStore(TABLE).put(position, name))),
  };
}
