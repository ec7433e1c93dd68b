// A member of a group in a process of its own, for tests that kill it: joins, says so, and is never done with a batch.
import { KafkaLog } from '#adapters/kafka/log';
import { systemTime } from '#adapters/system/time';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';

const [brokers = '', prefix = '', group = '', sessionMs = ''] = process.argv.slice(2);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const limits = withLimits({ 'kafka.sessionMs': Number(sessionMs) });
const log = await KafkaLog.open({
  ...{ brokers, prefix, clientId: 'child', guard: unguarded, limits, log: quiet, time: systemTime },
});

const reader = log.read({ topic: 'offline_messages_dlq', group, from: 'newest' }, () => undefined);
reader.joined(() => process.stdout.write('joined\n'));
