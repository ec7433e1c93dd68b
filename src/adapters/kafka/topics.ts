/** The topics: how many partitions each has, and how long it keeps what it holds. Names get a prefix. */
import type { Admin } from 'kafkajs';
import { topics } from '#contract/ports/event-log';
import type { Topic } from '#contract/ports/event-log';

/** Above today's need: the number of a topic cannot be raised without moving keys. */
const partitions: Readonly<Record<Topic, number>> = {
  messages: 12,
  offline_messages: 12,
  offline_messages_dlq: 3,
  search: 6,
  analytics: 6,
  pending_writes: 12,
};

const weekMs = 7 * 86_400_000;

/** What is queued is kept until it is stored. */
const retentionOf = (topic: Topic): string => (topic === 'pending_writes' ? '-1' : String(weekMs));

/** Makes the topics that are missing; answers their names. Several may do this at once. */
export const setUpTopics = async (admin: Admin, prefix: string, replicas: number): Promise<string[]> => {
  const known = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !known.has(`${prefix}${topic}`));
  if (missing.length === 0) return [];
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic: `${prefix}${topic}`,
      numPartitions: partitions[topic],
      replicationFactor: replicas,
      configEntries: [{ name: 'retention.ms', value: retentionOf(topic) }],
    })),
  });
  return missing.map((topic) => `${prefix}${topic}`);
};
