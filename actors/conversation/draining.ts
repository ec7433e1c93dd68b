/**
 * What was queued is stored: batches of the log, in their order, each before anything that is new. Rights were fixed
 * when it was queued. A repeat is found by the store, as ever.
 */
import type { Draft } from '#contract/conversation';
import type { Group, Hands, QueuedBatch } from '#actors/conversation/state';
import type { Drain } from '#actors/messages';

export const takeBatch = ({ state }: Hands, { batch, drafts, reply }: Drain): void => {
  state.batches.push({ batch, reply, drafts: withoutRepeats(drafts), stored: 0 });
};

/** The store would refuse a group that names one id twice; the first counts. */
const withoutRepeats = (drafts: readonly Draft[]): Draft[] => {
  const known = new Set<string>();
  return drafts.filter(({ from, id }) => known.size < known.add(`${from} ${id}`).size);
};

/** The next entries of the first batch as a group. */
export const batchGroup = ({ kit, state, ctx }: Hands): Group | undefined => {
  const [batch] = state.batches;
  if (batch === undefined) return undefined;
  const drafts = batch.drafts.slice(batch.stored, batch.stored + kit.limits['append.group']);
  const expected = state.item?.lastSeq ?? 0;
  const request = { conv: state.conv, expected, drafts, partitions: 1, now: ctx.now, drained: true } as const;
  return { request, jobs: [], batch, tries: 0 };
};

/** A group of a batch is stored; with the last one, the batch. */
export const batchStored = ({ state }: Hands, batch: QueuedBatch, drafts: number): void => {
  batch.stored += drafts;
  const place = state.batches.indexOf(batch);
  // One that has failed meanwhile comes again, as another.
  if (place < 0 || batch.stored < batch.drafts.length) return;
  state.batches.splice(place, 1);
  batch.reply.tell({ t: 'batch-stored', batch: batch.batch });
};

/** They come again, from the log: the later ones too, for the order. */
export const batchesFailed = ({ state }: Hands): void => {
  for (const { batch, reply } of state.batches.splice(0)) reply.tell({ t: 'batch-failed', batch });
};
