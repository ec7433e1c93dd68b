/**
 * The embedded backend: all stores in one folder, durable, without services. Holds the folder while it is open: a
 * second process is refused (`store.in_use`), and so is a folder written by a newer version (`store.newer_format`).
 */
import { mkdirSync } from 'node:fs';
import type { Fault } from '#contract/effects';
import type { ErrorCode } from '#contract/errors';
import { dayMs } from '#contract/limits';
import type { Limits } from '#contract/limits';
import type { Journal } from '#contract/ports/journal';
import type { Ports } from '#contract/ports/ports';
import type { Log, TimeSource } from '#contract/ports/system';
import { embeddedBus } from '#adapters/embedded/bus';
import { Committer } from '#adapters/embedded/committer';
import { embeddedPositions } from '#adapters/embedded/device-positions';
import type { FingerprintKey } from '#adapters/embedded/fingerprint';
import { embeddedInbox } from '#adapters/embedded/inbox';
import { lockFolder } from '#adapters/embedded/folder-lock';
import { openFormat } from '#adapters/embedded/format';
import { embeddedJournal } from '#adapters/embedded/journal';
import { MembershipCounts } from '#adapters/embedded/membership-counts';
import { embeddedPresence } from '#adapters/embedded/presence';
import { Reading } from '#adapters/embedded/reading';
import { embeddedReceipts, ReachedPositions } from '#adapters/embedded/receipts';
import { embeddedMembers, embeddedStore } from '#adapters/embedded/store';
import { openEnvironment, openTables, transactOf } from '#adapters/embedded/tables';
import type { Environment } from '#adapters/embedded/tables';
import { Writing } from '#adapters/embedded/writing';

export interface EmbeddedOptions {
  readonly limits: Limits;
  readonly log: Log;
  readonly time: TimeSource;
  /** Chance, for the key under which ids are remembered: drawn when the folder is made, then kept in it. */
  readonly seed: string;
}

export interface Embedded {
  readonly ports: Omit<Ports, 'tokens'>;
  readonly journal: Journal;
  /** Waits for what is being written, then gives the folder back. Twice is once. */
  readonly close: () => Promise<void>;
}

/** Why a folder was not opened: a fault that can be thrown. */
class FolderError extends Error implements Fault {
  readonly effect = 'none';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const openEmbedded = async (folder: string, options: EmbeddedOptions): Promise<Embedded> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  if (lock === undefined) throw inUse(folder);
  const environment = openEnvironment(folder);
  const close = (): Promise<void> => environment.close().then(() => lock.release());
  try {
    const format = openFormat(environment, options.seed);
    if (format === 'newer') throw newer(folder);
    const { ports, journal, settle } = wire(environment, format.key, options);
    let closed: Promise<void> | undefined;
    return { ports, journal, close: () => (closed ??= settle().then(close)) };
  } catch (error) {
    await close();
    throw error;
  }
};

const wire = (environment: Environment, key: FingerprintKey, { limits, log, time }: EmbeddedOptions) => {
  const tables = openTables(environment);
  const reading = new Reading(tables);
  const counts = new MembershipCounts((user) => reading.countOf(user), limits['embedded.countUsers']);
  const rememberMs = limits['idempotency.days'] * dayMs;
  const writing = new Writing({ tables, reading, counts, key, idEntries: limits['embedded.idEntries'], rememberMs });
  const transact = transactOf(environment);
  const forget = (): void => {
    writing.ids.forgetAll();
    counts.forgetAll();
  };
  const committer = new Committer({ transact, limits, log, onFailure: forget });
  const delay = { committer, time, withinMs: limits['positions.flushMs'] };
  const devices = embeddedPositions(tables, delay);
  const reached = new ReachedPositions(tables);
  const receipts = embeddedReceipts(reached, reading, delay);
  const presence = embeddedPresence(tables, limits['presence.ttlMs'], delay);
  const ports: Embedded['ports'] = {
    store: embeddedStore(reading, writing, committer),
    members: embeddedMembers(reading, counts),
    positions: devices.positions,
    receipts: receipts.receipts,
    inbox: embeddedInbox(reading, reached),
    presence: presence.presence,
    bus: embeddedBus(reading),
  };
  const flush = () => Promise.all([devices, receipts, presence].map((each) => each.flush()));
  const journal = embeddedJournal(tables, committer, limits);
  return { ports, journal, settle: () => flush().then(() => committer.close()) };
};

const inUse = (folder: string): FolderError =>
  new FolderError('store.in_use', `the data folder ${folder} is in use by another process`);

const newer = (folder: string): FolderError =>
  new FolderError('store.newer_format', `the data folder ${folder} was written by a newer version of this program`);
