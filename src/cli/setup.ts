/** `hogmanay setup`: makes the tables and topics of the real backend, where they are missing. */
import type { Services } from '#node/options';
import type { Surroundings } from '#cli/surroundings';

export const setup = async (services: Services, around: Surroundings): Promise<number> => {
  await around.setUp(services, (line) => around.out(`${line}\n`));
  return 0;
};
