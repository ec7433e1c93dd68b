/** What may happen to app servers: anywhere, and at the points where it hurts most. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deleteAof } from '#scripts/services/aof';
import { sleep, within } from '#test/e2e/driver/wait';
import type { Server } from '#test/e2e/driver/server-process';
import { untilQueued } from '#test/faults/fault';
import type { Arena, Fault } from '#test/faults/fault';
import { eventually, redis } from '#test/live/services/kit';

const raiser = fileURLToPath(new URL('raise-child.mjs', import.meta.url));

/** One server is started so that it dies at this point; then it is started as it should be. */
const dieAt = async ({ servers, random, crowd }: Arena, point: string): Promise<void> => {
  const server = random.pick(servers);
  await server.kill();
  const plan = { CRASH_AT: point, CRASH_NTH: `${random.between(1, 12)}` };
  // What another left marked is fanned out at the start: the point may come by before anybody is let in.
  await server.start(plan).catch((why: Error) => {
    if (!why.message.includes(`crash at ${point}`)) throw why;
  });
  // All have gone to the others: now and then somebody moves, until one of them leads it to its end.
  let isOver = false;
  const over = server.exited.then(() => (isOver = true));
  const moving = (async () => {
    while (!isOver) {
      const client = random.pick(crowd.clients);
      if (client.isReady) await client.cut();
      await Promise.race([over, sleep(200)]);
    }
  })();
  await within(over, () => `${point}: the server is still there`, 30_000).finally(() => (isOver = true));
  await moving;
  if (!server.output.includes(`crash at ${point}`)) throw new Error(`${point}: ended otherwise\n${server.output}`);
  await server.start();
};

const killAndStart = async (server: Server, awayMs: number): Promise<void> => {
  await server.kill();
  await sleep(awayMs);
  await server.start();
};

/** Somebody raises the partitions of a conversation and dies after the backup knows. Answers what each half holds. */
const dieRaising = async ({ services, prefix }: Arena, conv: string): Promise<void> => {
  const env = { ...process.env, ...services.env, HOGMANAY_PREFIX: prefix };
  const said = (point: string) =>
    new Promise<string>((resolve) => {
      execFile(process.execPath, [raiser, conv, '4'], { env: { ...env, CRASH_AT: point } }, (_error, stdout) => {
        resolve(stdout);
      });
    });
  const half = await said('between:backup,registry');
  if (!half.includes('crash at between:backup,registry')) throw new Error(`nobody died between the two: ${half}`);
  if ((await redis(services.redis.durable, 'GET', `${prefix}registry:${conv}`)) !== null)
    throw new Error('the registry was raised before the death');
};

export const deaths: readonly Fault[] = [
  {
    name: 'an app server is killed',
    inject: ({ servers, random, pacing }) => killAndStart(random.pick(servers), pacing.awayMs),
  },
  {
    name: 'an app server stops in its tracks and comes back',
    inject: async ({ servers, random, pacing }) => {
      const { pid } = random.pick(servers);
      process.kill(pid, 'SIGSTOP');
      await sleep(pacing.awayMs);
      process.kill(pid, 'SIGCONT');
    },
  },
  { name: 'a server dies between append and answer', inject: (arena) => dieAt(arena, 'after:append') },
  { name: 'a server dies between append and fan-out', inject: (arena) => dieAt(arena, 'before:fanOut') },
  { name: 'a server dies between fan-out and its mark', inject: (arena) => dieAt(arena, 'after:fanOut') },
  {
    name: 'servers die while what was queued is drained',
    inject: async (arena) => {
      const { services, servers, random } = arena;
      services.dynamodb.pause();
      await untilQueued(arena);
      services.dynamodb.resume();
      for (let kill = 0; kill < 3; kill += 1) {
        await sleep(random.between(50, 1_000));
        await killAndStart(random.pick(servers), 0);
      }
    },
  },
  {
    name: 'somebody dies between backup and registry, and the registry is lost',
    inject: async (arena) => {
      const { durable } = arena.services.redis;
      const [conv = ''] = [...arena.crowd.members.keys()].slice(-1);
      await dieRaising(arena, conv);
      await sleep(arena.pacing.talkMs);
      await durable.kill();
      deleteAof(durable);
      await durable.restart();
      await eventually(async () => {
        const raised = await redis(durable, 'GET', `${arena.prefix}registry:${conv}`);
        return raised === '4';
      }, arena.pacing.healMs);
    },
  },
];
