// One outside system, one adapter, one client library; and who else may touch such a library (nobody).

import { anyCore, contract, core, npm, reserved, resilience, room } from './rule.js';
/** @typedef {import('./rule.js').Rule} Rule */

/**
 * Each adapter folder: one outside system, one client library. A new folder needs a line here.
 * @type {Record<string, string[]>}
 */
const adapters = {
  embedded: [npm('lmdb'), core('fs', 'fs/promises', 'path')],
  memory: [],
  redis: [npm('ioredis'), core('crypto')],
  kafka: [npm('kafkajs')],
  dynamodb: [npm('@aws-sdk', '@smithy'), core('crypto')],
  tiered: [],
  auth: [npm('jose'), core('crypto')],
  system: [npm('pino'), anyCore],
};

/** @type {Rule[]} */
export const adapterRules = [
  ...Object.entries(adapters).map(([name, libraries]) =>
    room(
      `adapter-${name}`,
      `src/adapters/${name}/`,
      [contract, resilience, ...libraries],
      'An adapter knows contract, resilience and its one client library. What two share belongs into the contract.',
    ),
  ),
  {
    name: 'adapter-unknown',
    comment: 'An adapter lives in a folder that config/rooms.config.js lists with its one client library.',
    severity: 'error',
    from: { path: '^src/adapters/', pathNot: `^src/adapters/(${Object.keys(adapters).join('|')})/` },
    to: {},
  },
];

export const reservations = [
  reserved(
    'only-the-nact-driver-touches-nact',
    npm('nact'),
    '^src/runtime/nact-driver\\.ts$',
    'Use the runtime (spawn, tell, ask): nact is known to src/runtime/nact-driver.ts alone.',
  ),
  reserved(
    'only-edge-outsiders-and-client-node-touch-ws',
    npm('ws', '@types/ws'),
    '^src/(gateway/edge/|load/|conformance/|client/node\\.ts$)',
    'Use the frames of gateway/connection; sockets belong to gateway/edge, load, conformance and client/node.ts.',
  ),
  reserved(
    'lmdb-embedded-only',
    npm('lmdb'),
    '^src/adapters/embedded/',
    'Use the ports that adapters/embedded makes real.',
  ),
  reserved('jose-auth-only', npm('jose'), '^src/adapters/auth/', 'Use the token port that adapters/auth makes real.'),
  reserved('prom-client-ops-only', npm('prom-client'), '^src/ops/', 'Count in a meter that you were handed.'),
  reserved('pino-system-only', npm('pino'), '^src/adapters/system/', 'Use the log that you were handed (ctx.log).'),
  reserved(
    'ioredis-redis-only',
    npm('ioredis'),
    '^src/adapters/redis/',
    'Use the ports that adapters/redis makes real.',
  ),
  reserved(
    'kafkajs-kafka-only',
    npm('kafkajs'),
    '^src/adapters/kafka/',
    'Use the ports that adapters/kafka makes real.',
  ),
  reserved(
    'aws-dynamodb-only',
    npm('@aws-sdk'),
    '^src/adapters/dynamodb/',
    'Use the ports that adapters/dynamodb makes real.',
  ),
];
