// Journals in memory and on the disk pass the suite; and what only each of them can show.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Effect, Outcome } from '#contract/effects';
import { withLimits } from '#contract/limits';
import { openEmbedded } from '#adapters/embedded/open';
import { memoryJournal } from '#adapters/memory/journal';
import { systemTime } from '#adapters/system/time';
import { seededRandom } from '#runtime/random';
import { VirtualClock } from '#runtime/virtual-clock';
import { settle } from '#test/ports/harness';
import { journalLimits, journalSuite } from '#test/ports/journal.suite';

const limits = withLimits(journalLimits);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('memory', () => {
  journalSuite(() => {
    const clock = new VirtualClock(1_000);
    const random = seededRandom('journal');
    const journal = memoryJournal({ clock, latency: () => random.int(20), limits });
    const outcome = <T>(effect: Effect<T>): Promise<Outcome<T>> =>
      new Promise((resolve) => {
        effect(resolve);
        clock.advance(100);
      });
    return Promise.resolve({ journal, outcome, close: () => Promise.resolve() });
  });

  test('an append whose owner died may land, but not after somebody has opened the journal', () => {
    const delays = [1, 1, 50, 0, 1, 1, 1, 1];
    const clock = new VirtualClock();
    const journal = memoryJournal({ clock, latency: () => delays.shift() ?? 0, limits });
    const answers: unknown[] = [];
    const note = (answer: unknown): void => void answers.push(answer);
    journal.open('k')(note);
    clock.advance(10);
    journal.append('k', 1, 1, [{ v: 1, at: 0, data: 'slow' }])(note);
    journal.open('k')(note);
    clock.advance(100);
    expect(answers).toMatchObject([
      { value: { epoch: 1 } },
      { value: { epoch: 2, lastSequence: 0 } },
      { fault: { code: 'store.fenced', effect: 'none' } },
    ]);
  });
});

describe('embedded', () => {
  const folder = (): string => mkdtempSync(join(tmpdir(), 'hogmanay-journal-'));
  const openIn = (path: string) => openEmbedded(path, { limits, log: quiet, time: systemTime, seed: 'seed' });

  journalSuite(async () => {
    const path = folder();
    const { journal, close } = await openIn(path);
    return { journal, outcome: settle, close: () => close().then(() => rmSync(path, { recursive: true })) };
  });

  test('it is there after the folder was closed and opened again', async () => {
    const path = folder();
    const before = await openIn(path);
    await settle(before.journal.open('k'));
    await settle(before.journal.append('k', 1, 1, [{ v: 1, at: 0, data: 'kept' }]));
    await before.close();
    const after = await openIn(path);
    expect(await settle(after.journal.open('k'))).toMatchObject({ value: { epoch: 2, events: [{ data: 'kept' }] } });
    await after.close();
    rmSync(path, { recursive: true });
  });
});
