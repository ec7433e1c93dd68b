// Takes away what a bench has left on services that go on living: the tables and topics whose names begin with its
// prefix. What it left in Redis goes by itself.
import { DeleteTableCommand, DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { Kafka, logLevel } from 'kafkajs';

/** @param {{ prefix: string, dynamodb: string, kafka: string }} where */
export async function sweep({ prefix, dynamodb, kafka }) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamodb, region: 'eu-west-1', credentials });
  /** @type {string[]} */
  const tables = [];
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) tables.push(...TableNames);
  for (const TableName of tables.filter((table) => table.startsWith(prefix)))
    await client.send(new DeleteTableCommand({ TableName }));
  client.destroy();
  const admin = new Kafka({ brokers: kafka.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  await admin.disconnect();
}
