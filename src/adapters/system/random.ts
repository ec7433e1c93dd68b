/** Real chance: drawn once, as the seed of all randomness of a process. Printed, it replays. */
import { randomBytes } from 'node:crypto';

const seedBytes = 16;

/** Hexadecimal: safe as an argument of a command line. */
export const freshSeed = (): string => randomBytes(seedBytes).toString('hex');
