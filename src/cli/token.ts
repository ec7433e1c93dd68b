/** `hogmanay token USER`: prints a token and nothing else, so that it can be pasted or piped. */
import type { TokenOptions } from '#cli/options';
import type { Surroundings } from '#cli/surroundings';

export const token = async (options: TokenOptions, around: Surroundings): Promise<number> => {
  around.out(`${await around.signToken(options)}\n`);
  return 0;
};
