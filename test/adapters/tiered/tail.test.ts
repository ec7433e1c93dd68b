/** News by the log while the index is away: begun a little before, ended when it is back. On virtual time. */
import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#adapters/memory/event-log';
import { Tail } from '#adapters/tiered/tail';
import { failed, fault, ok } from '#contract/effects';
import type { NodeMessage } from '#contract/ports/bus';
import { withLimits } from '#contract/limits';
import { VirtualClock } from '#runtime/virtual-clock';
import { timeOf } from '#test/adapters/tiered/kit';
import { notice } from '#test/ports/words';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const start = () => {
  const clock = new VirtualClock(1_000_000);
  const limits = withLimits({ 'tail.lookMs': 1_000, 'tail.backMs': 30_000 });
  const events = new MemoryEventLog({ clock, latency: () => 1 });
  const index = { isAway: false };
  const heard: string[] = [];
  const receive = (message: NodeMessage): void => {
    if (message.t === 'notices') heard.push(...message.notices.map(({ conv }) => conv));
  };
  const look = () => (done: (outcome: ReturnType<typeof ok<void>> | ReturnType<typeof failed>) => void) =>
    done(index.isAway ? failed(fault('store.unavailable', 'away')) : ok(undefined));
  const tail = new Tail({ node: 'a', events, look, time: timeOf(clock), limits, log: quiet }, receive);
  const say = (conv: string): void => {
    const value = { v: 1, notice: notice({ conv, from: 1, to: 1 }) };
    events.append('messages', [{ key: conv, cause: 'cause', value }])(() => undefined);
    clock.advance(100);
  };
  clock.advance(100);
  return { clock, index, heard, say, tail, events };
};

describe('the tail', () => {
  it('says nothing while the index answers', () => {
    const { clock, heard, say } = start();
    say('one');
    clock.advance(10_000);
    expect(heard).toEqual([]);
  });

  it('C29 tail.lookMs, tail.backMs: while it is away, tells what came since a little before', () => {
    const { clock, index, heard, say } = start();
    say('long ago');
    clock.advance(60_000);
    say('shortly before');
    index.isAway = true;
    clock.advance(1_500);
    expect(heard).toEqual(['shortly before']);
    say('now');
    clock.advance(100);
    expect(heard).toEqual(['shortly before', 'now']);
    index.isAway = false;
    clock.advance(1_500);
    say('by the index again');
    clock.advance(1_000);
    expect(heard).toHaveLength(2);
  });

  it('what is no notice harms nobody, and it ends when it is closed', () => {
    const { clock, index, heard, say, tail, events } = start();
    index.isAway = true;
    clock.advance(1_500);
    events.append('messages', [{ key: 'x', cause: '', value: 'nonsense' }])(() => undefined);
    say('one');
    clock.advance(100);
    expect(heard).toEqual(['one']);
    tail.close();
    say('two');
    clock.advance(5_000);
    expect(heard).toEqual(['one']);
  });
});
