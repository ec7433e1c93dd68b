// The embedded stores pass the suites; and what only they can show: what was answered outlives the process, however it
// ends; one process a folder; a disk that is full; ids that are found again when memory has forgotten them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, describe, expect, test } from 'vitest';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import { openEmbedded } from '#adapters/embedded/open';
import { systemTime } from '#adapters/system/time';
import { busSuite } from '#test/ports/bus.suite';
import { startChild } from '#test/ports/child';
import type { Child } from '#test/ports/child';
import { append, created, settle, valueOf } from '#test/ports/harness';
import type { Backend } from '#test/ports/harness';
import { inboxSuite } from '#test/ports/inbox.suite';
import { membersSuite } from '#test/ports/members.suite';
import { positionsSuite } from '#test/ports/positions.suite';
import { presenceSuite } from '#test/ports/presence.suite';
import { receiptsSuite } from '#test/ports/receipts.suite';
import { storeSuite } from '#test/ports/store.suite';
import { change, draft, drafts, group } from '#test/ports/words';

const folders: string[] = [];
const backends: Backend[] = [];
const children: Child[] = [];
/** For tests that start processes, on a machine that is busy. */
const slowMs = 60_000;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hogmanay-ports-'));
  folders.push(folder);
  return folder;
};

const openIn = async (folder: string, limits: Partial<Record<LimitName, number>> = {}): Promise<Backend> => {
  const { ports, close } = await openEmbedded(folder, {
    limits: withLimits(limits),
    log: quiet,
    time: systemTime,
    seed: 'seed',
  });
  const backend = { ports, outcome: settle, close };
  backends.push(backend);
  return backend;
};

const reopen = async (backend: Backend, folder: string): Promise<Backend> => {
  await backend.close();
  return openIn(folder);
};

const child = (...given: Parameters<typeof startChild>): Child => {
  const started = startChild(...given);
  children.push(started);
  return started;
};

afterEach(async () => {
  await Promise.all(children.splice(0).map(({ kill }) => kill()));
  await Promise.all(backends.splice(0).map(({ close }) => close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('embedded', () => {
  const open = async (): Promise<Backend> => {
    const folder = mkdtempSync(join(tmpdir(), 'hogmanay-ports-'));
    const { ports, close } = await openEmbedded(folder, {
      limits: withLimits(),
      log: quiet,
      time: systemTime,
      seed: 'seed',
    });
    const closeAndRemove = () => close().then(() => rmSync(folder, { recursive: true }));
    return { ports, outcome: settle, close: closeAndRemove };
  };
  storeSuite(open, 30);
  membersSuite(open);
  positionsSuite(open);
  receiptsSuite(open);
  inboxSuite(open);
  presenceSuite(open);
  busSuite(open);
});

describe('a folder that is opened again', () => {
  test('D4: holds items, entries, ids, members, marks and positions', async () => {
    const folder = newFolder();
    let backend = await openIn(folder);
    const { conv } = await created(backend, { title: 'kept' });
    const { item } = await append(backend, group(conv, 0, [draft('one'), draft('two'), change(['carol'], ['bob'])]));
    const { store, members } = backend.ports;
    const range = { conv, from: 1, to: 3, order: 'up', limit: 9 } as const;
    const before = await valueOf(backend, store.read(range));
    const list = await valueOf(backend, members.of(conv));
    await valueOf(backend, backend.ports.positions.save('alice', 'phone', new Map([[conv, 2]])));
    await valueOf(backend, backend.ports.receipts.raise(conv, [{ user: 'alice', delivered: 3, read: 2 }]));
    await valueOf(backend, backend.ports.presence.beat('a', ['alice'], 4_000));
    backend = await reopen(backend, folder);
    const again = backend.ports;
    expect(await valueOf(backend, again.store.item(conv))).toEqual(item);
    expect(await valueOf(backend, again.store.read(range))).toEqual(before);
    expect(await valueOf(backend, again.members.of(conv))).toEqual(list);
    expect(await valueOf(backend, again.members.conversationsOf('carol'))).toEqual([{ conv, since: 3, last: 3 }]);
    expect(await valueOf(backend, again.store.dirty(Infinity, 9))).toEqual([conv]);
    const cursors = new Map([[conv, 2]]);
    expect(await valueOf(backend, again.positions.open('alice', 'phone'))).toEqual({ known: true, cursors });
    const reached = (await valueOf(backend, again.receipts.of([conv], 32))).get(conv)?.get('alice');
    expect(reached).toEqual({ delivered: 3, read: 2 });
    const seen = (await valueOf(backend, again.presence.of(['alice'], 4_001))).get('alice');
    expect(seen).toEqual({ online: false, lastSeenAt: 4_000 });
    expect((await append(backend, group(conv, 3, [draft('two')]))).results).toMatchObject([
      { seq: 2, duplicate: true },
    ]);
  });

  test('one that a newer version wrote is refused, untouched, as often as one tries', async () => {
    const folder = newFolder();
    await (await openIn(folder)).close();
    const tamper = openLmdb(folder, { noSubdir: false, overlappingSync: false });
    tamper.openDB<unknown, string>('meta', {}).putSync('format', [2, [1, 2]]);
    await tamper.close();
    for (let n = 0; n < 2; n += 1)
      await expect(openIn(folder)).rejects.toMatchObject({ code: 'store.newer_format', effect: 'none' });
  });
});

describe('ids', () => {
  test('an operator’s idempotency.days: an id that old is new again, and then found by its newest number', async () => {
    const backend = await openIn(newFolder(), { 'idempotency.days': 2 });
    const { conv } = await created(backend);
    const day = 86_400_000;
    const at = async (expected: number, now: number) =>
      (await append(backend, group(conv, expected, [draft('id-1')], { now }))).results[0];
    expect(await at(0, 1_000)).toMatchObject({ seq: 1, duplicate: false });
    expect(await at(1, 2 * day + 999)).toMatchObject({ seq: 1, duplicate: true });
    expect(await at(1, 2 * day + 1_000)).toMatchObject({ seq: 2, duplicate: false });
    expect(await at(2, 4 * day)).toMatchObject({ seq: 2, duplicate: true });
  });

  test('D4: are found again when memory has forgotten them', async () => {
    const backend = await openIn(newFolder(), { 'embedded.idEntries': 1 });
    const convs = [(await created(backend)).conv, (await created(backend)).conv, (await created(backend)).conv];
    // More than one block of fingerprints, in groups that end inside of blocks.
    const stored = drafts('id', 600);
    for (const conv of convs) {
      for (let at = 0; at < stored.length; at += 48) await append(backend, group(conv, at, stored.slice(at, at + 48)));
    }
    for (const conv of convs) {
      const { results } = await append(backend, group(conv, 600, stored));
      expect(results.map(({ seq, duplicate }) => (duplicate ? seq : 0))).toEqual(stored.map((_, index) => index + 1));
    }
  });
});

describe('one process a folder', () => {
  const inUse = { code: 'store.in_use', effect: 'none' };

  test('not twice in one process; again once it is closed', async () => {
    const folder = newFolder();
    const backend = await openIn(folder);
    await expect(openIn(folder)).rejects.toMatchObject(inUse);
    await expect(openIn(`${folder}/.`)).rejects.toMatchObject(inUse);
    await reopen(backend, folder);
  });

  test(
    'not while another process has it, busy or not; at once when that is killed',
    async () => {
      for (const mode of ['hold', 'write'] as const) {
        const folder = newFolder();
        const holder = child(folder, mode);
        await holder.until((lines) => lines.length >= (mode === 'hold' ? 1 : 500));
        for (let n = 0; n < 10; n += 1) await expect(openIn(folder)).rejects.toMatchObject(inUse);
        const late = child(folder, 'hold');
        expect(await late.end()).toEqual([]);
        await holder.kill();
        await openIn(folder);
      }
    },
    slowMs,
  );
});

describe('a process that is killed', () => {
  test(
    'D7 D22: has on disk whatever it answered, under the numbers it answered; repeats get them again',
    async () => {
      const folder = newFolder();
      const answered = new Map<string, { seq: number; id: string }[]>();
      for (let round = 1; round <= 3; round += 1) {
        const writer = child(folder, 'write');
        await writer.until((lines) => lines.length > 700 * round);
        await writer.kill();
        for (const line of writer.lines().slice(1)) {
          const [conv = '', seq, id = ''] = line.split(' ');
          const known = answered.get(conv) ?? [];
          answered.set(conv, known);
          known.push({ seq: Number(seq), id });
        }
      }
      expect(answered.size).toBe(20);
      const backend = await openIn(folder);
      for (const [conv, said] of answered) await expectKept(backend, conv, said);
    },
    slowMs,
  );
});

/** All that was said is stored under its number, nothing is missing in between, and repeats are known. */
const expectKept = async (backend: Backend, conv: string, said: { seq: number; id: string }[]): Promise<void> => {
  const { store } = backend.ports;
  const last = (await valueOf(backend, store.item(conv)))?.lastSeq ?? 0;
  const entries = await valueOf(backend, store.read({ conv, from: 1, to: last, order: 'up', limit: last }));
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  expect(new Set(entries.map(({ id }) => id)).size).toBe(last);
  expect(said.filter(({ seq, id }) => entries[seq - 1]?.id !== id)).toEqual([]);
  const repeats = said.slice(0, 40);
  const { results } = await append(
    backend,
    group(
      conv,
      last,
      repeats.map(({ id }) => draft(id)),
    ),
  );
  expect(results.map(({ seq, duplicate }) => ({ seq, duplicate }))).toEqual(
    repeats.map(({ seq }) => ({ seq, duplicate: true })),
  );
};

describe('a disk that is full', () => {
  test(
    'fails all writes of the commit with effect unknown, ends nothing, and keeps what was answered',
    async () => {
      const folder = newFolder();
      const writer = child(folder, 'write', 1_000);
      const isFault = (line: string): boolean => line.startsWith('store.unavailable');
      // Each of the twenty conversations stops at its first fault.
      const lines = await writer.until((said) => said.filter(isFault).length === 20);
      expect(new Set(lines.filter(isFault))).toEqual(new Set(['store.unavailable unknown']));
      const late = child(folder, 'hold');
      expect(await late.end()).toEqual([]);
      await writer.kill();
      const backend = await openIn(folder);
      const said = lines.filter((line) => line.startsWith('conv-0 ')).map((line) => line.split(' '));
      await expectKept(
        backend,
        'conv-0',
        said.map(([, seq, id = '']) => ({ seq: Number(seq), id })),
      );
    },
    slowMs,
  );
});
