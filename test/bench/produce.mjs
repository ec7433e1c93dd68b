/**
 * What the event log costs above the client beneath it: the same batches, one after the other, through the log and
 * through a bare idempotent producer, in interleaved rounds; and as many records each by itself in one turn, which the
 * log makes a batch of. It runs what `npm run build` made, on the Kafka of HOGMANAY_KAFKA:
 *
 *     node test/bench/produce.mjs [--quick] [--save]
 *
 * Exit status 1: it took more than 1.3 times as long.
 */
import { randomBytes } from 'node:crypto';
import { Kafka, Partitioners, logLevel } from 'kafkajs';
import { KafkaLog } from '#adapters/kafka/log';
import { systemTime } from '#adapters/system/time';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import { topics } from '#contract/ports/event-log';
import { save } from '#scripts/lib/figures';

const budget = 1.3;
const quick = process.argv.includes('--quick');
const rounds = quick ? 5 : 11;
const batches = quick ? 50 : 150;
const size = 200;

const brokers = process.env['HOGMANAY_KAFKA'];
if (brokers === undefined) throw new Error('HOGMANAY_KAFKA is not set');
const prefix = `bench-${randomBytes(4).toString('hex')}-`;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const common = { prefix, clientId: 'bench', guard: unguarded, limits: withLimits() };
const log = await KafkaLog.open({ ...common, brokers, log: quiet, time: systemTime });
await log.setUp(1);

const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 1,
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();

const body = 'x'.repeat(80);
const batch = Array.from({ length: size }, (_, n) => ({ key: `conv-${n % 50}`, cause: `cause-${n}`, value: { body } }));

const bare = () =>
  producer.send({
    topic: `${prefix}messages`,
    acks: -1,
    messages: batch.map(({ key, cause, value }) => ({ key, value: JSON.stringify(value), headers: { cause } })),
  });

/** @param {readonly { key: string, cause: string, value: unknown }[]} records */
const append = (records) =>
  new Promise((resolve, reject) =>
    log.append('messages', records)((outcome) => (outcome.ok ? resolve(outcome.value) : reject(outcome.fault))),
  );

const bareEach = () =>
  Promise.all(
    batch.map(({ key, cause, value }) =>
      producer.send({
        topic: `${prefix}messages`,
        acks: -1,
        messages: [{ key, value: JSON.stringify(value), headers: { cause } }],
      }),
    ),
  );

/** What is measured, each against the bare way of the same.
 * @type {Record<string, [() => Promise<unknown>, () => Promise<unknown>, number]>} */
const pairs = {
  'as a batch': [bare, () => append(batch), batches],
  'one by one': [bareEach, () => Promise.all(batch.map((record) => append([record]))), Math.ceil(batches / 10)],
};

/** Milliseconds for that many, one after the other. @param {() => Promise<unknown>} send @param {number} count */
const timed = async (send, count) => {
  const started = performance.now();
  for (let n = 0; n < count; n += 1) await send();
  return performance.now() - started;
};

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const lines = [];
for (const [name, [plain, ours, count]] of Object.entries(pairs)) {
  /** @type {number[]} */
  const ratios = [];
  let best = Infinity;
  await timed(plain, count);
  await timed(ours, count);
  for (let round = 0; round < rounds; round += 1) {
    const base = await timed(plain, count);
    const ms = await timed(ours, count);
    ratios.push(ms / base);
    best = Math.min(best, ms);
  }
  const ratio = median(ratios);
  if (ratio > budget) process.exitCode = 1;
  const perSecond = Math.round((count * size * 1_000) / best);
  lines.push({ name, ratio: Number(ratio.toFixed(3)), budget, perSecond });
  process.stdout.write(`${name}: ${perSecond} records/s, ${ratio.toFixed(2)} of bare (budget ${budget})\n`);
}

await save('produce', { what: `batches of ${size} records, ours against a bare idempotent producer`, rounds, lines });
await admin.deleteTopics({ topics: topics.map((topic) => `${prefix}${topic}`) });
await Promise.all([producer.disconnect(), admin.disconnect(), log.close()]);
