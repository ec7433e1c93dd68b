/** What commands touch of the process: handed in by main.ts, replaced in tests. */
import type { Conform } from '#conformance/conformance';
import type { NodeTrace } from '#contract/trace';
import type { Services, SetUp, StartServer } from '#node/options';
import type { Env } from '#cli/arguments';
import type { TokenOptions } from '#cli/options';

/** A server that could not be asked, and why. */
export interface Unanswered {
  readonly url: string;
  readonly error: string;
}

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
  /** The operations URLs of all servers over these services. */
  readonly findNodes: (services: Services) => Promise<readonly string[]>;
  /** What the server with this operations URL knows of a message. Does not reject. */
  readonly askTrace: (url: string, mid: string, token: string) => Promise<NodeTrace | Unanswered>;
  readonly version: () => string;
}
