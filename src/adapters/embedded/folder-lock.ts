/**
 * One process a data folder. LMDB keeps a table of readers that live processes prove by a lock of the system, which frees
 * it when they die, however they die; a newcomer clears what the dead left. So each server takes a place in that table
 * before it looks who else is there: of two that come at once, at least one sees the other.
 */
import { realpathSync } from 'node:fs';
import type { Environment } from '#adapters/embedded/tables';

/** Folders open in this process: opening one twice would give up the system's locks of the first. */
const openHere = new Set<string>();

/** Before LMDB is opened. Answers how to give the folder back; undefined: this process has it already. */
export const enterFolder = (folder: string): (() => void) | undefined => {
  const path = realpathSync(folder);
  if (openHere.has(path)) return undefined;
  openHere.add(path);
  return () => openHere.delete(path);
};

/** After LMDB was opened, before anything is written: whether this process is alone. Reading takes the place. */
export const isAlone = (environment: Environment): boolean => {
  environment.get('place');
  const places = environment.readerList().match(/^\s*\d+ /gm) ?? [];
  return places.length === 1;
};
