/** Where partitions begin and end, and how far a group is: asked of the brokers, by partition. */
import type { Admin } from 'kafkajs';

/** A topic and a group as the brokers know them, with the prefix. */
export interface Names {
  readonly topic: string;
  readonly groupId: string;
}

export type Offsets = ReadonlyMap<number, bigint>;

/** A partition without a commit is left out: brokers answer -1 then, and kafkajs itself may have committed a -2. */
export const committedBy = async (admin: Admin, { topic, groupId }: Names): Promise<Offsets> => {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const offsets = (found?.partitions ?? []).map(({ partition, offset }): [number, bigint] => [
    partition,
    BigInt(offset),
  ]);
  return new Map(offsets.filter(([, offset]) => offset >= 0n));
};

export interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

export const boundsOf = async (admin: Admin, topic: string): Promise<ReadonlyMap<number, Bounds>> => {
  const found = await admin.fetchTopicOffsets(topic);
  return new Map(found.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
};

/** The place of the first record of that time or later; the end where there is none. */
export const offsetsAt = async (admin: Admin, topic: string, at: number): Promise<Offsets> => {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, at);
  return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
};
