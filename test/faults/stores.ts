/** What may happen to Kafka and to DynamoDB. */
import { sleep } from '#test/e2e/driver/wait';
import type { Arena, Fault } from '#test/faults/fault';

/**
 * DynamoDB Local says that a transaction is written a moment before it is: killed in that moment it forgets what it has
 * acknowledged (in 6 of 52 tries, by SIGKILL and by SIGTERM), as no DynamoDB would. So the wire is cut first, and the
 * kill comes so many ms later.
 */
const writtenMs = 500;

const broker = ({ services, random }: Arena) => random.pick(services.kafka.brokers);

export const storeFaults: readonly Fault[] = [
  {
    name: 'a Kafka broker is killed',
    inject: async (arena) => {
      const one = broker(arena);
      await one.kill();
      await sleep(arena.pacing.awayMs);
      await one.restart();
    },
  },
  {
    name: 'a Kafka broker stops in its tracks and comes back',
    inject: async (arena) => {
      const one = broker(arena);
      one.pause();
      await sleep(arena.pacing.awayMs);
      one.resume();
    },
  },
  {
    name: 'DynamoDB is restarted on its data',
    inject: async ({ services, pacing, wire }) => {
      wire.cut();
      await sleep(writtenMs);
      await services.dynamodb.kill();
      await sleep(pacing.awayMs);
      await services.dynamodb.restart();
      wire.join();
    },
  },
  {
    name: 'DynamoDB is stopped for long',
    inject: async ({ services, pacing }) => {
      services.dynamodb.pause();
      await sleep(pacing.stoppedMs);
      services.dynamodb.resume();
    },
  },
  {
    name: 'DynamoDB and a whole shard are away at once',
    inject: async ({ services, random, pacing }) => {
      const { primary, replicas } = random.pick(services.redis.shards);
      const members = [primary, ...replicas];
      services.dynamodb.pause();
      await Promise.all(members.map((member) => member.kill()));
      await sleep(pacing.awayMs);
      for (const member of members) member.start();
      await Promise.all(members.map((member) => member.ready()));
      services.dynamodb.resume();
    },
  },
];
