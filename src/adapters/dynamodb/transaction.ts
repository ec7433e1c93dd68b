/**
 * One append as one transaction: the item under its number, an entry and an id for each message, and the members that
 * an event changes. Its token comes from its content: the identical group sent again is the same transaction.
 */
import { createHash } from 'node:crypto';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Conv, ConversationItem, Draft, Millis, Seq } from '#contract/conversation';
import { bucketOf, partOf, recordOf, sentKey } from '#adapters/dynamodb/records';
import type { IdRecord, MemberRecord } from '#adapters/dynamodb/records';

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What one transaction may hold. */
export const itemsMost = 100;

/** How many items of a transaction a draft takes; the conversation takes one more. */
export const weightOf = ({ event }: Draft): number => 2 + (event?.add.length ?? 0) + (event?.remove.length ?? 0);

export interface Plan {
  readonly conv: Conv;
  /** The item as it is before: its `lastSeq` is the one that is expected. */
  readonly before: ConversationItem;
  /** None of them is known to be stored. */
  readonly drafts: readonly Draft[];
  readonly at: Millis;
  readonly partitions: number;
  /** A finished fan-out rides along. */
  readonly fannedTo: Seq | undefined;
  /** An id this old counts as new; undefined: ids are kept for ever. */
  readonly forgetBefore: Millis | undefined;
}

export interface Tables {
  readonly conversations: string;
  readonly members: string;
  readonly messages: string;
  readonly idempotency: string;
}

/** The item as the transaction leaves it. */
export const itemAfter = ({ before, drafts, at, partitions, fannedTo }: Plan): ConversationItem => ({
  ...before,
  lastSeq: before.lastSeq + drafts.length,
  lastAt: at,
  memVersion: before.memVersion + drafts.filter(({ event }) => event !== undefined).length,
  saltMax: Math.max(before.saltMax, partitions),
  fannedTo: fannedTo ?? before.fannedTo,
  dirtySince: fannedTo === undefined ? (before.dirtySince ?? at) : at,
});

const conversationWrite = (plan: Plan, { conversations }: Tables): Write => {
  const { conv, before, at, partitions, fannedTo } = plan;
  const { lastSeq, memVersion } = itemAfter(plan);
  const sets = ['lastSeq = :last', 'lastAt = :at', 'memVersion = :version', 'dirty = :bucket'];
  const conditions = ['lastSeq = :expected', 'lastAt <= :at', 'memVersion = :known'];
  const values: Record<string, unknown> = {
    ...{ ':last': lastSeq, ':at': at, ':version': memVersion, ':bucket': bucketOf(conv) },
    ...{ ':expected': before.lastSeq, ':known': before.memVersion },
  };
  if (fannedTo === undefined) sets.push('dirtySince = if_not_exists(dirtySince, :at)');
  else {
    sets.push('dirtySince = :at', 'fannedTo = :fanned');
    conditions.push('fannedTo = :before');
    Object.assign(values, { ':fanned': fannedTo, ':before': before.fannedTo });
  }
  if (partitions > before.saltMax) {
    sets.push('saltMax = :salt');
    conditions.push('saltMax <= :salt');
    values[':salt'] = partitions;
  }
  return {
    Update: {
      TableName: conversations,
      Key: { conv },
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeValues: values,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
};

const idWrite = (record: IdRecord, forgetBefore: Millis | undefined, { idempotency }: Tables): Write => {
  const put = { TableName: idempotency, Item: record, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
  if (forgetBefore === undefined) return { Put: { ...put, ConditionExpression: 'attribute_not_exists(sent)' } };
  return {
    Put: {
      ...put,
      ConditionExpression: 'attribute_not_exists(sent) OR #at <= :old',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':old': forgetBefore },
    },
  };
};

const memberWrites = (plan: Plan, draft: Draft, seq: Seq, { members }: Tables): Write[] => {
  const { conv, at } = plan;
  const version = itemAfter(plan).memVersion;
  const added = (draft.event?.add ?? []).map((user, place): Write => {
    const record: MemberRecord = {
      ...{ v: 1, conv, user, joinedSeq: seq, leftSeq: null, place, version, memberOf: user, lastMessageAt: at },
    };
    return { Put: { TableName: members, Item: record } };
  });
  const removed = (draft.event?.remove ?? []).map((user): Write => ({
    Update: {
      TableName: members,
      Key: { conv, user },
      UpdateExpression: 'SET leftSeq = :seq, version = :version REMOVE memberOf',
      ConditionExpression: 'attribute_exists(conv)',
      ExpressionAttributeValues: { ':seq': seq, ':version': version },
    },
  }));
  return [...added, ...removed];
};

/** In the order of `Outcome`s of a cancellation: the conversation, then the ids of the drafts, then all the rest. */
export const transactionOf = (plan: Plan, tables: Tables): TransactWriteCommandInput => {
  const { conv, before, drafts, at, partitions, forgetBefore } = plan;
  const ids: Write[] = [];
  const rest: Write[] = [];
  drafts.forEach((draft, index) => {
    const seq = before.lastSeq + 1 + index;
    const record: IdRecord = { v: 1, conv, sent: sentKey(draft), seq, mid: draft.mid, at };
    ids.push(idWrite(record, forgetBefore, tables));
    const part = partOf(conv, seq, partitions);
    rest.push({ Put: { TableName: tables.messages, Item: recordOf(part, seq, at, draft) } });
    rest.push(...memberWrites(plan, draft, seq, tables));
  });
  return {
    TransactItems: [conversationWrite(plan, tables), ...ids, ...rest],
    ClientRequestToken: tokenOf(plan, tables),
  };
};

/** At most 36 characters, the same for the same content. Tokens are one account's, whatever its tables. */
const tokenOf = (
  { conv, before, drafts, at, partitions, fannedTo, forgetBefore }: Plan,
  { conversations }: Tables,
): string => {
  const { lastSeq, memVersion, saltMax, fannedTo: fannedBefore } = before;
  const about = [conversations, conv, lastSeq, memVersion, saltMax, fannedBefore, at];
  const content = [...about, partitions, fannedTo, forgetBefore, drafts];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 36);
};
