/**
 * The append: one transaction, sent again with what its cancellation taught. Repeats are named by it, all at once: they
 * are answered with their numbers and the rest is numbered anew. Whoever expected another last number is told the item.
 */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Conv, ConversationItem, Draft } from '#contract/conversation';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { AppendGroup, AppendResult, FannedRange, Numbered } from '#contract/ports/store';
import type { Dynamo } from '#adapters/dynamodb/client';
import type { KnownItems } from '#adapters/dynamodb/known-items';
import { itemOf } from '#adapters/dynamodb/records';
import type { ConversationRecord, IdRecord } from '#adapters/dynamodb/records';
import { itemAfter, itemsMost, transactionOf, weightOf } from '#adapters/dynamodb/transaction';
import type { Plan, Tables } from '#adapters/dynamodb/transaction';

type Appended = Exclude<AppendResult, { kind: 'queue' }>;

export interface AppendKit {
  readonly dynamo: Dynamo;
  readonly tables: Tables;
  readonly known: KnownItems;
  /** Milliseconds for which ids are remembered; 0: for ever. */
  readonly rememberMs: number;
  /** Strong. */
  readonly readItem: (conv: Conv) => Promise<ConversationItem | null>;
  /** A finished fan-out by itself, where there is no append for it to ride on. */
  readonly mark: (conv: Conv, range: FannedRange) => Promise<ConversationItem>;
}

/** How a transaction was cancelled, where that is an answer. */
interface Cancelled {
  /** The item, when it is not as expected. */
  readonly item: ConversationItem | undefined;
  /** The first numbers of drafts that were stored before, by their place. */
  readonly repeats: ReadonlyMap<number, IdRecord>;
}

/** Each turn learns something: which are repeats, then what the item is like. More than this is no accident. */
const turnsMost = 8;

const isFailed = ({ Code }: CancellationReason): boolean => Code === 'ConditionalCheckFailed';

const cancelledOf = ({ CancellationReasons = [] }: TransactionCanceledException, drafts: number): Cancelled => {
  const [conversation, ...others] = CancellationReasons;
  const old = conversation !== undefined && isFailed(conversation) ? conversation.Item : undefined;
  const repeats = new Map<number, IdRecord>();
  others.slice(0, drafts).forEach((reason, index) => {
    if (isFailed(reason) && reason.Item !== undefined) repeats.set(index, unmarshall(reason.Item) as IdRecord);
  });
  if (old === undefined && repeats.size === 0) {
    const codes = new Set(CancellationReasons.map(({ Code = 'None' }) => Code).filter((code) => code !== 'None'));
    throw new FaultError(fault('store.unavailable', `DynamoDB cancelled: ${[...codes].join(', ')}`, 'none'));
  }
  return { item: old === undefined ? undefined : itemOf(unmarshall(old) as ConversationRecord), repeats };
};

const send = async ({ dynamo, tables }: AppendKit, plan: Plan): Promise<Cancelled | 'done'> => {
  try {
    await dynamo.call('repeatable', (client) => client.send(new TransactWriteCommand(transactionOf(plan, tables))));
    return 'done';
  } catch (error) {
    if (error instanceof TransactionCanceledException) return cancelledOf(error, plan.drafts.length);
    throw error;
  }
};

const planOf = (kit: AppendKit, group: AppendGroup, before: ConversationItem, drafts: readonly Draft[]): Plan => {
  const { conv, partitions, now, fanned } = group;
  const rides = fanned !== undefined && before.fannedTo === fanned.from - 1;
  return {
    ...{ conv, before, drafts, at: Math.max(now, before.lastAt), partitions: Math.max(partitions, before.saltMax) },
    fannedTo: rides ? fanned.to : undefined,
    forgetBefore: kit.rememberMs === 0 ? undefined : now - kit.rememberMs,
  };
};

/** One group that fits into a transaction. */
const appendWhole = async (kit: AppendKit, group: AppendGroup): Promise<Appended> => {
  const { conv, expected } = group;
  const results = new Map<Draft, Numbered>();
  let drafts = group.drafts;
  let before = kit.known.get(conv) ?? null;
  if (before?.lastSeq !== expected) before = await kit.readItem(conv);
  for (let turn = 0; turn < turnsMost; turn += 1) {
    if (before?.lastSeq !== expected) return { kind: 'conflict', item: before };
    const answer = (item: ConversationItem): Appended => ({
      ...{ kind: 'appended', item, results: group.drafts.flatMap((draft) => results.get(draft) ?? []) },
    });
    // All of them repeats: no number is given, and what was read of them is the answer.
    if (drafts.length === 0) return answer(group.fanned === undefined ? before : await kit.mark(conv, group.fanned));
    const plan: Plan = planOf(kit, group, before, drafts);
    const outcome = await send(kit, plan);
    if (outcome === 'done') {
      drafts.forEach((draft, index) => {
        results.set(draft, { seq: expected + 1 + index, mid: draft.mid, at: plan.at, duplicate: false });
      });
      return answer(kit.known.saw(itemAfter(plan)));
    }
    for (const [index, { seq, mid, at }] of outcome.repeats) {
      const draft = drafts[index];
      if (draft !== undefined) results.set(draft, { seq, mid, at, duplicate: true });
    }
    drafts = drafts.filter((draft) => !results.has(draft));
    if (outcome.item !== undefined) before = kit.known.saw(outcome.item);
  }
  throw new FaultError(fault('store.unavailable', 'the conversation would not stand still', 'none'));
};

/** Pieces that each fit into a transaction, in order. */
const pieces = (drafts: readonly Draft[]): Draft[][] => {
  const found: Draft[][] = [];
  let room = 0;
  for (const draft of drafts) {
    const weight = weightOf(draft);
    if (weight > room) {
      found.push([]);
      room = itemsMost - 1;
    }
    found.at(-1)?.push(draft);
    room -= weight;
  }
  return found;
};

/**
 * A group that is too large goes in several transactions. When a later one loses, the whole group is a conflict: sent
 * again, what was stored of it is known by its ids.
 */
export const append = async (kit: AppendKit, group: AppendGroup): Promise<Appended> => {
  const results: Numbered[] = [];
  let { expected } = group;
  let item: ConversationItem | undefined;
  for (const [index, drafts] of pieces(group.drafts).entries()) {
    const { fanned, ...bare } = group;
    const piece = { ...bare, ...(index === 0 && fanned !== undefined ? { fanned } : {}), expected, drafts };
    const result = await appendWhole(kit, piece);
    if (result.kind === 'conflict') return result;
    results.push(...result.results);
    ({ item } = result);
    expected = item.lastSeq;
  }
  if (item === undefined) throw new FaultError(fault('gateway.internal', 'an append of nothing', 'none'));
  return { kind: 'appended', item, results };
};
