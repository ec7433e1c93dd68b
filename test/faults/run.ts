/** One fault, under load: three servers, people who talk, something breaks, is mended, and a checker judges. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Services } from '#scripts/services/services';
import { Crowd } from '#test/e2e/crowd';
import type { Random } from '#test/e2e/driver/random';
import { Server } from '#test/e2e/driver/server-process';
import { sleep } from '#test/e2e/driver/wait';
import { secret, Stage } from '#test/e2e/stage';
import type { Fault, Pacing } from '#test/faults/fault';
import { Pulse } from '#test/faults/pulse';
import { Wire } from '#test/e2e/driver/wire';

const entry = fileURLToPath(new URL('../e2e/crash-server.mjs', import.meta.url));

export interface Outcome {
  readonly fault: string;
  readonly seed: number;
  /** Of clients. */
  readonly people: number;
  /** Messages that were answered `stored`, and how many of them were `queued` before. */
  readonly stored: number;
  readonly queued: number;
  /** Answers that asked to repeat the send. */
  readonly refused: number;
  /** Longest time without any answer for anybody, in ms. */
  readonly silenceMs: number;
  /** From the moment when all was whole again until everyone was told `stored`, in ms. */
  readonly recoveryMs: number;
  /** Breaches of what the product promises, in words; empty: none. */
  readonly findings: string;
}

const openStage = async ({ limits }: Pacing, wire: Wire): Promise<{ stage: Stage; servers: Server[] }> => {
  const env = { HOGMANAY_JWT_SECRET: secret, HOGMANAY_DYNAMODB: wire.url };
  const stage = new Stage({ limits, entry, env });
  const { data } = stage.server;
  const others = [2, 3].map(() => new Server({ data, limits, entry, env, log: stage.log }));
  await stage.server.start();
  await Promise.all(others.map((server) => server.start()));
  return { stage, servers: [stage.server, ...others] };
};

/** Everyone comes back to whichever server is there. */
const anyOf = (servers: readonly Server[], random: Random) => () => {
  const up = servers.flatMap((server) => server.url() ?? []);
  return up.length === 0 ? undefined : random.pick(up);
};

export const endure = async (fault: Fault, services: Services, random: Random, pacing: Pacing): Promise<Outcome> => {
  const wire = await Wire.to(() => services.env['HOGMANAY_DYNAMODB']);
  const { stage, servers } = await openStage(pacing, wire);
  const pulse = new Pulse();
  try {
    const url = anyOf(servers, random.child(-1));
    const { talkMs, healMs } = pacing;
    const crowd = await Crowd.gather(stage, random, pacing, (user) => ({ url, onFrame: pulse.hears(user) }));
    crowd.talk();
    await sleep(talkMs);
    crowd.visit(random);
    const began = performance.now();
    await fault.inject({ services, servers, crowd, random, pacing, prefix: `${basename(stage.server.data)}-`, wire });
    const whole = performance.now();
    crowd.visit(random);
    const users = crowd.clients.map(({ user }) => user);
    await pulse.everyone(users, whole, stage.log, healMs);
    const recovered = performance.now();
    const silenceMs = pulse.silence(began);
    await sleep(talkMs);
    await crowd.rest(stage, healMs);
    return {
      ...{ fault: fault.name, seed: random.seed, people: users.length },
      ...{ stored: crowd.answered, queued: pulse.queued, refused: pulse.refused },
      ...{ silenceMs: Math.round(silenceMs), recoveryMs: Math.round(recovered - whole) },
      findings: await stage.verdict(crowd.members, { storeWasAway: true }),
    };
  } catch (error) {
    const said = servers.map(({ pid, output }) => `server ${pid}:\n${output.slice(-4_000)}`).join('\n');
    throw new Error(`${fault.name}: ${String(error)}\n${said}`, { cause: error });
  } finally {
    await stage.close();
    wire.close();
  }
};
