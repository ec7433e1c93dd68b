/** What commands touch of the process: handed in by main.ts, replaced in tests. */
import type { Conform } from '#conformance/conformance';
import type { SetUp, StartServer } from '#node/options';
import type { Env } from '#cli/arguments';
import type { TokenOptions } from '#cli/options';

export interface Surroundings {
  readonly env: Env;
  out(text: string): void;
  err(text: string): void;
  /** Ends the process at once. */
  exit(status: number): void;
  onSignal(heard: (signal: 'SIGINT' | 'SIGTERM') => void): void;
  /** Unix milliseconds. */
  now(): number;
  readonly startServer: StartServer;
  readonly setUp: SetUp;
  readonly signToken: (options: TokenOptions) => Promise<string>;
  readonly conform: Conform;
  readonly version: () => string;
}
