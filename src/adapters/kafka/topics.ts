/** The topics: how long each keeps what it holds, and in how many copies. Names get a prefix. */
import type { Admin } from 'kafkajs';
import { partitionCounts, topics } from '#contract/ports/event-log';
import type { Topic } from '#contract/ports/event-log';

const weekMs = 7 * 86_400_000;

/** A group of queued sends is one record, and what is escaped in JSON takes several times its bytes. */
const recordMost = 8 * 1_024 * 1_024;

/** What is queued is kept until it is stored. */
const retentionOf = (topic: Topic): string => (topic === 'pending_writes' ? '-1' : String(weekMs));

/** One broker may be away for maintenance while another is dead. */
const replicasMost = 3;

/** Makes the topics that are missing; answers their names. Several may do this at once. */
export const setUpTopics = async (admin: Admin, prefix: string, replicas: number): Promise<string[]> => {
  const known = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !known.has(`${prefix}${topic}`));
  if (missing.length === 0) return [];
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic: `${prefix}${topic}`,
      numPartitions: partitionCounts[topic],
      replicationFactor: Math.min(replicas, replicasMost),
      configEntries: [
        { name: 'retention.ms', value: retentionOf(topic) },
        { name: 'max.message.bytes', value: String(recordMost) },
      ],
    })),
  });
  return missing.map((topic) => `${prefix}${topic}`);
};
