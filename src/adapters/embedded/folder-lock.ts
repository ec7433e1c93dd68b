/**
 * One process a folder. LMDB keeps a table of readers; live processes prove their places in it by a lock of the system,
 * which frees it when they die, however they die, and a newcomer clears what the dead left. So whoever opens the folder
 * takes a place in the table of an environment made for this alone, holds it, and then looks who else is there: of two
 * that come at once, at least one sees the other. Nobody touches the data before.
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { RootDatabase, Transaction } from 'lmdb';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Places held by this process, by folder: out of reach of the garbage collector, which would give up the place of a
 * server that merely forgot how to close. A folder is not opened twice: LMDB would give up the first one's lock.
 */
const places = new Map<string, Transaction>();

/** Undefined: somebody else has it, or this process itself. */
export const lockFolder = async (folder: string): Promise<FolderLock | undefined> => {
  const path = realpathSync(folder);
  if (places.has(path)) return undefined;
  const environment = open<unknown, string>(join(path, 'lock'), { noSubdir: false, overlappingSync: false });
  // Looked at before as well: a holder of the same process number (in another container) would keep us from a place.
  const place = placesTaken(environment) === 0 ? environment.useReadTransaction() : undefined;
  if (place !== undefined) places.set(path, place);
  const release = async (): Promise<void> => {
    place?.done();
    await environment.close();
    places.delete(path);
  };
  if (placesTaken(environment) === 1 && place !== undefined) return { release };
  await release();
  return undefined;
};

const placesTaken = (environment: RootDatabase): number => environment.readerList().match(/^\s*\d+ /gm)?.length ?? 0;
