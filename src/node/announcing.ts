/** Says again and again where this server is operated, for as long as it runs. */
import { hostname } from 'node:os';
import { RedisNodes } from '#adapters/redis/nodes';
import type { Whereabouts } from '#adapters/redis/nodes';
import type { Fleet } from '#adapters/redis/fleet';
import { systemTime } from '#adapters/system/time';
import type { BackendKit } from '#node/backend';

/** A listener on all addresses is found under the name of its machine. */
export const reachable = (url: string): string =>
  url.replace(/^http:\/\/(0\.0\.0\.0|\[::\])(?=:)/, `http://${hostname()}`);

export const announcing = (fleet: Fleet, prefix: string, { node, limits }: Pick<BackendKit, 'node' | 'limits'>) => {
  const ttlMs = limits['nodes.ttlMs'];
  const nodes = new RedisNodes(fleet, prefix, ttlMs);
  let mine: Whereabouts | undefined;
  let endAlarm: () => void = () => undefined;
  const again = (): void => {
    if (mine === undefined) return;
    // What cannot be said now is said the next time.
    nodes.announce(mine, systemTime.now()).catch(() => undefined);
    endAlarm = systemTime.alarm(ttlMs / 3, again);
  };
  return {
    announce: (url: string): void => {
      mine = { node, url: reachable(url) };
      again();
    },
    end: async (): Promise<void> => {
      endAlarm();
      if (mine !== undefined) await nodes.leave(mine).catch(() => undefined);
    },
  };
};
