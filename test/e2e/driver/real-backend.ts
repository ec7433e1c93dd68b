/**
 * The same tests on the real backend: where HOGMANAY_TEST_BACKEND=real, every server of a test stands on Redis, Kafka
 * and DynamoDB instead of its data folder. Names in the services begin with a prefix of the folder's own.
 */
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { liveServices } from '#test/live/services';

/** Slower machines make tables for a while. */
const setUpMs = 60_000;

export const isReal = (): boolean => process.env['HOGMANAY_TEST_BACKEND'] === 'real';

/** What a server with this data folder finds in its environment; nothing where it is embedded. */
export const realEnv = (data: string): Readonly<Record<string, string>> => {
  const { redis, kafka, dynamodb } = liveServices();
  return {
    ...{ HOGMANAY_BACKEND: 'real', HOGMANAY_PREFIX: `${basename(data)}-` },
    ...{ HOGMANAY_REDIS: redis, HOGMANAY_KAFKA: kafka, HOGMANAY_DYNAMODB: dynamodb },
  };
};

/** `hogmanay setup`, as an operator runs it before the first server. */
export const setUp = async (mainFile: string, env: Readonly<Record<string, string>>): Promise<void> => {
  const options = { env: { ...process.env, ...env }, timeout: setUpMs };
  await promisify(execFile)(process.execPath, [mainFile, 'setup'], options);
};
