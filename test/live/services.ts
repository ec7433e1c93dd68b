/** Where the services of a live test are, and a name in front of all that the test puts there. */
import { randomBytes } from 'node:crypto';

export interface LiveServices {
  readonly redis: string;
  readonly kafka: string;
  readonly dynamodb: string;
  /** Fresh for each call: two test runs on the same services do not meet. */
  readonly prefix: string;
}

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: run \`npm run services -- up\``);
  return value;
};

export const liveServices = (): LiveServices => ({
  redis: variable('HOGMANAY_REDIS'),
  kafka: variable('HOGMANAY_KAFKA'),
  dynamodb: variable('HOGMANAY_DYNAMODB'),
  prefix: `t-${randomBytes(4).toString('hex')}-`,
});
