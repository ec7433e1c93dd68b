/** What an app server is started with, and what its starter holds of it: the seam between node/ and cli/. */
import type { Limits } from '#contract/limits';

export interface ServeOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly opsHost: string;
  readonly opsPort: number;
  /** The data folder. */
  readonly data: string;
  readonly limits: Limits;
  /** Signing key; absent: made once in the data folder. */
  readonly secret?: string;
}

export interface RunningServer {
  readonly url: string;
  readonly opsUrl: string;
  /** Takes nobody new, says goodbye to all, and stops. */
  drain(): Promise<void>;
  /** Settles when it has stopped, whoever asked for it: a signal here, or an administrator over HTTP. */
  readonly stopped: Promise<void>;
  /** Stops at once, as a crash would. */
  kill(): void;
}

export type StartServer = (options: ServeOptions) => Promise<RunningServer>;
