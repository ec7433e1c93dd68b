/**
 * The tables of a data folder. A commit is whole on disk before it is seen by readers (`overlappingSync` off): nobody
 * is ever shown a message that a power cut could take back.
 */
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import type { Conv, Device, Millis, Seq, User } from '#contract/conversation';
import type { JournalKey } from '#contract/ports/journal';
import type { GroupRecord, ItemRecord, MemberRecord } from '#adapters/embedded/records';

export type Environment = RootDatabase<unknown, string>;

export interface Tables {
  readonly items: Database<ItemRecord, Conv>;
  /** By the number of its first entry. */
  readonly groups: Database<GroupRecord, [Conv, Seq]>;
  /** Fingerprints of ids in blocks, in the order of numbers (ids.ts). */
  readonly ids: Database<Buffer, [Conv, number]>;
  readonly members: Database<MemberRecord, [Conv, User]>;
  /** The conversations a user is in, and since which number. */
  readonly memberships: Database<Seq, [User, Conv]>;
  /** Marked conversations; how old a mark is stands in the item. */
  readonly dirty: Database<1, Conv>;
  readonly devices: Database<1, [User, Device]>;
  readonly positions: Database<Seq, [User, Device, Conv]>;
  /** How far a member has got. */
  readonly reached: Database<readonly [delivered: Seq, read: Seq], [Conv, User]>;
  readonly lastSeen: Database<Millis, User>;
  readonly journalHeads: Database<readonly [epoch: number, last: number], JournalKey>;
  /** By the number of its last event. */
  readonly journal: Database<readonly [first: number, epoch: number, text: string], [JournalKey, number]>;
  readonly snapshots: Database<readonly [sequence: number, text: string], JournalKey>;
}

/** Ends a range of keys that begin alike: names are ASCII. */
export const lastName = '\uffff';

export const openEnvironment = (folder: string): Environment =>
  open<unknown, string>(folder, { noSubdir: false, overlappingSync: false, eventTurnBatching: false, maxDbs: 16 });

export const openTables = (environment: Environment): Tables => ({
  items: environment.openDB('items', {}),
  groups: environment.openDB('groups', {}),
  ids: environment.openDB('ids', { encoding: 'binary' }),
  members: environment.openDB('members', {}),
  memberships: environment.openDB('memberships', {}),
  dirty: environment.openDB('dirty', {}),
  devices: environment.openDB('devices', {}),
  positions: environment.openDB('positions', {}),
  reached: environment.openDB('reached', {}),
  lastSeen: environment.openDB('last-seen', {}),
  journalHeads: environment.openDB('journal-heads', {}),
  journal: environment.openDB('journal', {}),
  snapshots: environment.openDB('snapshots', {}),
});

/**
 * A transaction of its own inside that of lmdb: there alone does an error that `work` throws undo what it wrote. When a
 * commit fails, lmdb says why in a second promise (and on stderr): left without a listener it would end the process.
 */
export const transactOf =
  (environment: Environment) =>
  async (work: () => void): Promise<void> => {
    try {
      await environment.childTransaction(work);
    } catch (error) {
      if (error instanceof Error && 'commitError' in error) Promise.resolve(error.commitError).catch(() => undefined);
      throw error;
    }
  };
