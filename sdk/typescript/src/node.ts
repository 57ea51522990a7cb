// For Node alone.

import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PositionStore } from './options.js';

/** No position and no other server's id in use is longer. */
const MAX_LENGTH = 4096;

/**
 * Keeps the position in a file. It is written beside and moved into place, both synced, so that a crash leaves the old position or the new one.
 * @param path One file for each subscription; its folder must be there.
 */
export function fileStore(path: string): PositionStore {
  return {
    load: async () => {
      try {
        const text = (await readFile(path, 'utf8')).trim();
        return text !== '' && text.length <= MAX_LENGTH ? text : null;
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') {
          return null;
        }

        throw error;
      }
    },
    save: async (position) => {
      const beside = `${path}.new`;
      const file = await open(beside, 'w');
      try {
        await file.writeFile(position);
        await file.sync();
      } finally {
        await file.close();
      }

      await rename(beside, path);
      const folder = await open(dirname(path), 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    },
  };
}
