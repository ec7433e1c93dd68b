/** What an app server is started with, and what its starter holds of it: the seam between node/ and cli/. */
import type { Limits } from '#contract/limits';

/** Where the real services are. */
export interface Services {
  /** `redis://` or `redis+sentinel://`: docs/services.md. */
  readonly redis: string;
  /** `host:port`, several separated by commas. */
  readonly kafka: string;
  /** URL of the endpoint; `aws` for that of the region. */
  readonly dynamodb: string;
  /** In front of every key, table, topic and group: several products may share the services. */
  readonly prefix: string;
}

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
  /** Absent: everything is embedded. */
  readonly services?: Services;
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

/** Tables and topics, where they are missing; `told` hears of each, a line. */
export type SetUp = (services: Services, told: (line: string) => void) => Promise<void>;

export type StartServer = (options: ServeOptions) => Promise<RunningServer>;
