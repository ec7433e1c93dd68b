/** The backend over Redis, Kafka and DynamoDB. */
import type { Backend, BackendKit } from '#node/backend';
import type { Services } from '#node/options';

export const openReal = (_services: Services, _kit: BackendKit): Promise<Backend> =>
  Promise.reject(new Error('not wired'));
