// A little house in which every rule of config/rooms.config.js is broken once, and some good files stand beside the
// breaches: `file: [what it imports, the rule it breaks]`.

type Planted = Readonly<Record<string, readonly [line: string, rule: string]>>;

const value = (target: string): string => `import { x } from '${target}';\nexport const y = x;\n`;
const type = (target: string): string => `import type { X } from '${target}';\nexport type Y = X;\n`;

export const breaches: Planted = {
  'src/contract/b.ts': [value('xstate'), 'contract-imports-nothing'],
  'src/contract/c.ts': [type('#runtime/types'), 'contract-imports-nothing'],
  'src/protocol/b.ts': [value('#runtime/types'), 'protocol-contract-and-zod'],
  'machines/b.ts': [value('#actors/good'), 'machines-xstate-and-contract'],
  'machines/c.ts': [value('node:fs'), 'machines-xstate-and-contract'],
  'src/runtime/b.ts': [value('#protocol/good'), 'runtime-contract-and-xstate'],
  'src/runtime/c.ts': [value('nact'), 'only-the-nact-driver-touches-nact'],
  'src/runtime/d.ts': [value('node:timers'), 'runtime-contract-and-xstate'],
  'src/resilience/b.ts': [value('#runtime/types'), 'resilience-contract'],
  'actors/b.ts': [value('#adapters/memory/good'), 'actors-know-no-outside'],
  'actors/c.ts': [value('#runtime/nact-driver'), 'actors-know-no-outside'],
  'actors/d.ts': [value('#runtime/step-driver'), 'actors-know-no-outside'],
  'actors/e.ts': [type('xstate'), 'actors-know-no-outside'],
  'src/gateway/connection/b.ts': [value('ws'), 'only-edge-outsiders-and-client-node-touch-ws'],
  'src/gateway/connection/c.ts': [value('#actors/good'), 'gateway-connection-pure'],
  'src/gateway/connection/d.ts': [value('#runtime/types'), 'gateway-connection-runtime-types-only'],
  'src/gateway/edge/b.ts': [value('#adapters/memory/good'), 'gateway-edge-sockets-and-http'],
  'src/gateway/edge/c.ts': [value('node:fs'), 'gateway-edge-sockets-and-http'],
  'src/client/core.ts': [value('#runtime/types'), 'client-contract-and-protocol'],
  'src/client/session.ts': [value('#client/node'), 'client-core-without-surroundings'],
  'src/testkit/b.ts': [value('#adapters/embedded/good'), 'testkit-room'],
  'src/load/b.ts': [value('#gateway/connection/good'), 'load-is-an-outsider'],
  'src/conformance/b.ts': [value('#gateway/connection/good'), 'conformance-is-an-outsider'],
  'src/ops/b.ts': [value('#actors/good'), 'ops-watches'],
  'src/lab/world.ts': [value('#gateway/edge/good'), 'lab-room'],
  'src/web/b.ts': [value('#gateway/connection/good'), 'web-room'],
  'src/cli/b.ts': [value('#lab/good'), 'node-and-cli-know-the-lab-by-its-door'],
  'src/node/b.ts': [value('#cli/good'), 'node-is-below-cli'],
  'src/adapters/embedded/b.ts': [value('jose'), 'adapter-embedded'],
  'src/adapters/embedded/c.ts': [value('#adapters/memory/good'), 'adapter-embedded'],
  'src/adapters/memory/b.ts': [value('node:fs'), 'adapter-memory'],
  'src/adapters/redis/b.ts': [value('#adapters/memory/good'), 'adapter-redis'],
  'src/adapters/kafka/b.ts': [value('#runtime/types'), 'adapter-kafka'],
  'src/adapters/dynamodb/b.ts': [value('#protocol/good'), 'adapter-dynamodb'],
  'src/adapters/tiered/b.ts': [value('#adapters/redis/good'), 'adapter-tiered'],
  'src/adapters/auth/b.ts': [value('node:fs'), 'adapter-auth'],
  'src/adapters/system/b.ts': [value('#runtime/types'), 'adapter-system'],
  'src/adapters/postgres/b.ts': [value('#contract/good'), 'adapter-unknown'],
  'src/node/c.ts': [value('lmdb'), 'lmdb-embedded-only'],
  'src/node/d.ts': [value('jose'), 'jose-auth-only'],
  'src/node/e.ts': [value('pino'), 'pino-system-only'],
  'src/node/f.ts': [value('prom-client'), 'prom-client-ops-only'],
  'src/node/g.ts': [value('ioredis'), 'ioredis-redis-only'],
  'src/node/h.ts': [value('kafkajs'), 'kafkajs-kafka-only'],
  'src/node/i.ts': [value('@aws-sdk/client-dynamodb'), 'aws-dynamodb-only'],
  'src/node/j.ts': [value('#contract/nowhere'), 'nothing-unresolvable'],
  'src/node/k.ts': [value('#node/l'), 'no-cycles'],
  'src/node/m.ts': [value('../contract/good'), 'imports-name-the-room'],
  'src/node/n.ts': [value('#test/good.test'), 'nothing-imports-test'],
  'src/node/o.ts': [value('../../dist/src/cli/main'), 'nothing-imports-the-build'],
  'src/node/p.ts': [value('vitest'), 'no-dev-dependency-in-production'],
  'src/node/q.ts': [value('stray'), 'declared-packages-only'],
};

const lines = (...targets: string[]): string =>
  targets.map((target, n) => `export { x as x${n} } from '${target}';\n`).join('');

export const good: Readonly<Record<string, string>> = {
  'src/contract/good.ts': 'export const x = 1;\nexport type X = 1;\n',
  'src/protocol/good.ts': lines('#contract/good', 'zod'),
  'machines/good.ts': lines('#contract/good', 'xstate'),
  'src/runtime/types.ts': lines('#contract/good', 'xstate'),
  'src/runtime/nact-driver.ts': lines('nact', '#runtime/types'),
  'src/runtime/step-driver.ts': lines('#runtime/types'),
  'src/resilience/good.ts': lines('#contract/good'),
  'actors/good.ts': lines('#machines/good', '#contract/good', '#resilience/good', '#runtime/types'),
  'src/gateway/connection/good.ts': `${type('#runtime/types')}${lines('#protocol/good', '#contract/good')}`,
  'src/gateway/edge/good.ts': lines('#gateway/connection/good', 'ws', 'node:http', '#runtime/types'),
  'src/client/node.ts': lines('ws', '#protocol/good'),
  'src/adapters/embedded/good.ts': lines('lmdb', 'node:fs', '#contract/good', '#resilience/good'),
  'src/adapters/memory/good.ts': lines('#contract/good'),
  'src/adapters/auth/good.ts': lines('jose', 'node:crypto'),
  'src/adapters/system/good.ts': lines('pino', 'node:timers', 'node:fs/promises'),
  'src/testkit/good.ts': lines('#actors/good', '#machines/good', '#runtime/step-driver', '#adapters/memory/good'),
  'src/load/good.ts': lines('ws', '#protocol/good', 'node:worker_threads'),
  'src/conformance/good.ts': lines('ws', '#protocol/good', '#contract/good', 'node:crypto'),
  'src/lab/good.ts': lines('#testkit/good', '#actors/good', '#runtime/step-driver', '#adapters/memory/good'),
  'src/lab/index.ts': lines('#lab/good'),
  'src/node/good.ts': lines('#adapters/embedded/good', '#gateway/edge/good', '#runtime/nact-driver', 'node:path'),
  'src/node/l.ts': type('#node/k'), // the other half of a cycle, which is reported once
  'src/cli/good.ts': lines('#node/good', '#lab/index', '#load/good', 'node:process'),
  'test/good.test.ts': lines('vitest', '#actors/good', '#adapters/embedded/good', '#runtime/nact-driver'),
  'dist/src/cli/main.js': 'export const x = 1;\n',
};

const libraries = ['xstate', 'nact', 'zod', 'ws', 'lmdb', 'jose', 'pino', 'prom-client', 'ioredis', 'kafkajs'];
export const packages = {
  dependencies: [...libraries, '@aws-sdk/client-dynamodb'],
  devDependencies: ['vitest'],
  undeclared: ['stray'],
} as const;
