/** The topics: how long each keeps what it holds, and in how many copies. Names get a prefix. */
import type { Admin } from 'kafkajs';
import kafkajs from 'kafkajs';
import { partitionCounts, topics } from '#contract/ports/event-log';
import type { Topic } from '#contract/ports/event-log';

const weekMs = 7 * 86_400_000;

/** A group of queued sends is one record, and what is escaped in JSON takes several times its bytes. */
const recordMost = 8 * 1_024 * 1_024;

/** What is queued is kept until it is stored. */
const retentionOf = (topic: Topic): string => (topic === 'pending_writes' ? '-1' : String(weekMs));

/** One broker may be away for maintenance while another is dead. */
const replicasMost = 3;

const { KafkaJSProtocolError } = kafkajs;

/** A broker that has not heard of a new topic says that there is none; kafkajs would take that for the last word. */
const areLed = async (admin: Admin, names: string[]): Promise<boolean> => {
  try {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
    return (
      found.length === names.length && found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
    );
  } catch (error) {
    if (error instanceof KafkaJSProtocolError && error.retriable) return false;
    throw error;
  }
};

/**
 * Makes the topics that are missing and waits until all can be used; `pause` waits between looks. Answers the names of
 * those it made. Several may do this at once.
 */
export const setUpTopics = async (
  admin: Admin,
  prefix: string,
  replicas: number,
  pause: () => Promise<void>,
): Promise<string[]> => {
  const known = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !known.has(`${prefix}${topic}`));
  if (missing.length === 0) return [];
  await admin.createTopics({
    waitForLeaders: false,
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
  const made = missing.map((topic) => `${prefix}${topic}`);
  while (!(await areLed(admin, made))) await pause();
  return made;
};
