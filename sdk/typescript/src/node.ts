// Position store for Node.

import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PositionStore } from './options.js';

/** Maximum length of a file in characters. No position, and no common id of another server, is longer. */
const MAX_LENGTH = 4096;

/**
 * Stores the position in a file. It writes and syncs a temporary file and renames it, so that a crash leaves the old or the new position.
 * @param path Path of the file; one per subscription. Its folder must exist.
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
