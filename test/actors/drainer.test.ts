/** The drainer alone: batches go to their conversation, and are forgotten by the log only once they are stored. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import type { PendingBatch } from '#contract/ports/pending';
import { drainerBehaviour } from '#actors/drainer';
import type { ToConversation } from '#actors/messages';
import { held, probe } from '#testkit/probe';

const start = (refusal?: Fault) => {
  const told: [string, ToConversation][] = [];
  const conversations = {
    tell: (conv: string, message: ToConversation) => {
      told.push([conv, message]);
      return refusal;
    },
  };
  const stored = held<PendingBatch['stored']>();
  let laters = 0;
  const batch = (conv: string): PendingBatch => ({ conv, drafts: [], stored, later: () => (laters += 1) });
  return { ...probe(drainerBehaviour({ conversations })), told, stored, batch, laters: () => laters };
};

describe('the drainer', () => {
  it('D15 forgets a batch when its conversation has stored it, and not before', () => {
    const drainer = start();
    drainer.send({ t: 'batch', batch: drainer.batch('c1') });
    drainer.send({ t: 'batch', batch: drainer.batch('c2') });
    expect(drainer.told).toMatchObject([
      ['c1', { t: 'drain', batch: 1 }],
      ['c2', { t: 'drain', batch: 2 }],
    ]);
    expect(drainer.stored.calls).toEqual([]);
    drainer.send({ t: 'batch-stored', batch: 2 });
    expect(drainer.stored.calls).toHaveLength(1);
    drainer.stored.take().answer(undefined);
    drainer.settle();
    expect(drainer.laters()).toBe(0);
  });

  it('what could not be stored, forgotten, or even asked for comes again', () => {
    const drainer = start();
    for (const conv of ['c1', 'c2', 'c3']) drainer.send({ t: 'batch', batch: drainer.batch(conv) });
    drainer.send({ t: 'batch-failed', batch: 1 });
    expect(drainer.laters()).toBe(1);
    drainer.send({ t: 'batch-stored', batch: 2 });
    drainer.stored.take().fail(fault('store.unavailable', 'away'));
    drainer.settle();
    expect(drainer.laters()).toBe(2);
    drainer.system.stop();
    expect(drainer.laters()).toBe(3);
    const refused = start(fault('runtime.mailbox_full', 'full'));
    refused.send({ t: 'batch', batch: refused.batch('c1') });
    expect(refused.laters()).toBe(1);
  });

  it('an answer about a batch that is not out changes nothing', () => {
    const drainer = start();
    drainer.send({ t: 'batch-stored', batch: 9 });
    expect([drainer.stored.calls.length, drainer.laters()]).toEqual([0, 0]);
  });
});
