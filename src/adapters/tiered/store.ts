/**
 * The message store as actors know it: the registry is asked before every read and every append (B7), and a group whose
 * conversation has entries queued is told to queue behind them.
 */
import { ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import type { SaltedStore } from '#contract/parts/salted-store';
import type { Registry } from '#contract/ports/registry';
import type { MessageStore } from '#contract/ports/store';

/** The second effect is made from what the first one answers. */
const then =
  <A, B>(first: Effect<A>, next: (value: A) => Effect<B>): Effect<B> =>
  (done) =>
    first((outcome) => (outcome.ok ? next(outcome.value)(done) : done(outcome)));

const mustQueue: ReturnType<MessageStore['append']> = (done) => done(ok({ kind: 'queue' }));

export const tieredStore = (store: SaltedStore, registry: Registry): MessageStore => ({
  ...store,
  append: (group) =>
    then(registry.of(group.conv), ({ partitions, isDrained }) =>
      isDrained || group.drained === true
        ? store.append({ ...group, partitions: Math.max(partitions, group.partitions) })
        : mustQueue,
    ),
  read: (range) => then(registry.partitionsOf(range.conv), (partitions) => store.read(range, partitions)),
  seqAt: (conv, at) => then(registry.partitionsOf(conv), (partitions) => store.seqAt(conv, at, partitions)),
});
