/**
 * One process a folder. LMDB keeps a table of readers; live processes prove their places in it by a lock of the system,
 * which frees it when they die, however they die, and a newcomer clears what the dead left. So whoever opens the folder
 * takes a place in the table of an environment made for this alone, holds it, and then looks who else is there: of two
 * that come at once, at least one sees the other. Nobody touches the data before.
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';

export interface FolderLock {
  release(): Promise<void>;
}

/** Folders locked by this process: LMDB would give up the system's lock of the first if it were opened twice. */
const lockedHere = new Set<string>();

/** Undefined: somebody else has it, or this process itself. */
export const lockFolder = async (folder: string): Promise<FolderLock | undefined> => {
  const path = realpathSync(folder);
  if (lockedHere.has(path)) return undefined;
  lockedHere.add(path);
  const environment = open<unknown, string>(join(path, 'lock'), { noSubdir: false, overlappingSync: false });
  // Reading takes the place. It is held by reference: without one, the garbage collector would give it up.
  const place = environment.useReadTransaction();
  const release = async (): Promise<void> => {
    place.done();
    await environment.close();
    lockedHere.delete(path);
  };
  const places = environment.readerList().match(/^\s*\d+ /gm) ?? [];
  if (places.length === 1) return { release };
  await release();
  return undefined;
};
