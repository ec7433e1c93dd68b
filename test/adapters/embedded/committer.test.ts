// The committer against a disk that is played by hand: who shares a commit, who is answered when, what a failure says.
import { describe, expect, test } from 'vitest';
import { ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import { withLimits } from '#contract/limits';
import { Committer } from '#adapters/embedded/committer';

/** A disk whose commits end when told to. */
const slowDisk = (queue = 100) => {
  const commits: { readonly land: () => void; readonly fail: () => void }[] = [];
  const events: string[] = [];
  const transact = async (work: () => void): Promise<void> => {
    events.push('commit');
    work();
    await new Promise<void>((resolve, reject) =>
      commits.push({ land: resolve, fail: () => reject(new Error('no space left')) }),
    );
  };
  const logged: string[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: (text: string) => void logged.push(text) };
  const limits = withLimits({ 'embedded.queue': queue });
  const committer = new Committer({ transact, limits, log, onFailure: () => void events.push('forget') });
  const write = (name: string): void => {
    const tell = (outcome: Outcome<string>): void => void events.push(told(outcome));
    committer.write(() => ok(applied(name)))(tell);
  };
  const applied = (name: string): string => {
    if (name === 'bad') throw new Error('does not fit');
    events.push(`apply ${name}`);
    return name;
  };
  /** All events since the last look, once everything that can happen has happened. */
  const look = async (): Promise<string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return events.splice(0);
  };
  return { committer, commits, write, look, logged };
};

const told = (outcome: Outcome<string>): string =>
  outcome.ok ? `done ${outcome.value}` : `${outcome.fault.code} ${outcome.fault.effect}`;

describe('Committer', () => {
  test('while one commit is on its way arrivals wait; then all of them share the next', async () => {
    const { commits, write, look } = slowDisk();
    for (const name of ['a', 'b', 'c']) write(name);
    expect(await look()).toEqual(['commit', 'apply a']);
    commits[0]?.land();
    expect(await look()).toEqual(['done a', 'commit', 'apply b', 'apply c']);
    commits[1]?.land();
    expect(await look()).toEqual(['done b', 'done c']);
  });

  test('a commit that fails is unknown to all in it; what is remembered goes first, the next is tried', async () => {
    const { commits, write, look, logged } = slowDisk();
    for (const name of ['a', 'b', 'c']) write(name);
    await look();
    commits[0]?.fail();
    expect(await look()).toEqual(['forget', 'store.unavailable unknown', 'commit', 'apply b', 'apply c']);
    commits[1]?.fail();
    expect(await look()).toEqual(['forget', 'store.unavailable unknown', 'store.unavailable unknown']);
    write('d');
    await look();
    commits[2]?.land();
    expect(await look()).toEqual(['done d']);
    expect(logged).toEqual(['commit failed', 'commit failed']);
  });

  test('a write that throws before the commit undoes all of it: the effect is none', async () => {
    const { commits, write, look } = slowDisk();
    for (const name of ['a', 'b', 'bad', 'c']) write(name);
    await look();
    commits[0]?.land();
    const none = 'store.unavailable none';
    expect(await look()).toEqual(['done a', 'commit', 'apply b', 'forget', none, none, none]);
  });

  test('more than the queue holds is refused at once, and so is everything after the end', async () => {
    const { committer, commits, write, look } = slowDisk(2);
    write('a');
    for (const name of ['b', 'c', 'd']) write(name);
    expect(await look()).toEqual(['commit', 'apply a', 'store.unavailable none']);
    const closed = committer.close();
    write('e');
    expect(await look()).toEqual(['store.unavailable none']);
    commits[0]?.land();
    await look();
    commits[1]?.land();
    await closed;
    expect(await look()).toEqual(['done b', 'done c']);
  });
});
