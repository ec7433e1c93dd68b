/** Makes what the real backend needs: tables and topics. */
import { setUpTables } from '#adapters/dynamodb/tables';
import { jsonLog } from '#adapters/system/log';
import { systemTime } from '#adapters/system/time';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { SetUp } from '#node/options';
import { openClients } from '#node/real';

const lookMs = 100;

export const setUp: SetUp = async (services, told) => {
  const kit = { node: 'setup', limits: withLimits(), log: jsonLog() };
  const clients = await openClients(services, kit, () => unguarded);
  const pause = () => new Promise<void>((resolve) => systemTime.alarm(lookMs, resolve));
  try {
    const tables = await setUpTables(clients.dynamo, pause);
    const topics = await clients.events.setUp(services.kafka.split(',').length);
    for (const name of tables) told(`table ${name}: made`);
    for (const name of topics) told(`topic ${name}: made`);
    if (tables.length + topics.length === 0) told('all tables and topics are there');
  } finally {
    await clients.close();
  }
};
