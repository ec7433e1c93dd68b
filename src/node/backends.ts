/** Which backend a server has, and what it is called by the others. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { openEmbedded } from '#adapters/embedded/open';
import { freshSeed } from '#adapters/system/random';
import { systemTime } from '#adapters/system/time';
import type { NodeName } from '#contract/ports/bus';
import type { Backend, BackendKit } from '#node/backend';
import type { ServeOptions } from '#node/options';
import { openReal } from '#node/real';

const hostLength = 40;

/** Never used twice: what is registered under the name of a process that died belongs to nobody. */
export const nodeName = ({ services }: ServeOptions): NodeName => {
  if (services === undefined) return 'embedded';
  const host = hostname()
    .replace(/[^A-Za-z0-9-]/g, '-')
    .slice(0, hostLength);
  return `${host}-${randomBytes(4).toString('hex')}`;
};

export const openBackend = ({ services, data }: ServeOptions, kit: BackendKit): Promise<Backend> => {
  if (services !== undefined) return openReal(services, kit);
  const { limits, log } = kit;
  return openEmbedded(data, { limits, log, time: systemTime, seed: freshSeed() });
};
