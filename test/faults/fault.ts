/** What a fault is, and what it is done to. */
import type { Services } from '#scripts/services/services';
import type { Crowd } from '#test/e2e/crowd';
import type { Random } from '#test/e2e/driver/random';
import type { Server } from '#test/e2e/driver/server-process';
import { sleep, until } from '#test/e2e/driver/wait';
import type { Wire } from '#test/e2e/driver/wire';

export interface Pacing {
  readonly pairs: number;
  readonly groupOf: number;
  /** How many sends of one person may be unanswered at once. */
  readonly ahead: number;
  /** Longest pause between two sends of one person, in ms. */
  readonly pauseMs: number;
  /** How long people talk before the fault and after it, in ms. */
  readonly talkMs: number;
  /** How long something stays away, in ms. */
  readonly awayMs: number;
  /** How long the database stays stopped, in ms. */
  readonly stoppedMs: number;
  /** How long everything may take to be as before, in ms. */
  readonly healMs: number;
  readonly limits: Readonly<Record<string, number>>;
}

/** Everything that may be broken, while people talk. */
export interface Arena {
  readonly services: Services;
  /** Three app servers. */
  readonly servers: readonly Server[];
  readonly crowd: Crowd;
  readonly random: Random;
  readonly pacing: Pacing;
  /** In front of every name in the services. */
  readonly prefix: string;
  /** Between the servers and DynamoDB. */
  readonly wire: Wire;
}

export interface Fault {
  readonly name: string;
  /**
   * Breaks something and mends it. Resolves when it is whole again as somebody outside sees it (a process answers, a
   * shard has a primary); what the product makes of it then is what is measured.
   */
  readonly inject: (arena: Arena) => Promise<void>;
}

/** Until somebody's sends are queued, and a while longer: the breaker of the database has to open first. */
export const untilQueued = async ({ crowd, pacing }: Arena): Promise<void> => {
  await until(
    () => crowd.clients.some(({ pending }) => pending.queued.size > 0),
    () => 'somebody is told `queued`',
    30_000,
  );
  await sleep(pacing.awayMs);
};
