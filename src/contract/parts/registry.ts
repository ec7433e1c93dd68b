/** The two halves of the salt registry, and what it has to know of what is queued. */
import type { Conv } from '#contract/conversation';

/** All methods reject with a `FaultError`. */
export interface RegistryBackup {
  /** 1 where nothing was ever registered. Strong. */
  get(conv: Conv): Promise<number>;
  /** Compare-and-max; answers N as it then is. */
  raise(conv: Conv, partitions: number): Promise<number>;
  /** Everything, a page at a time. */
  all(): AsyncIterable<readonly { readonly conv: Conv; readonly partitions: number }[]>;
}

/** What the registry says of a conversation, in one step. */
export interface Registered {
  readonly partitions: number;
  /** Ids that are queued, or were about to be. */
  readonly queued: number;
  /** This very server process has been reconciled with the backup: "nothing" means that there is nothing. */
  readonly isReconciled: boolean;
  /** The log of what is queued was found empty while it was there: an empty set means that nothing is queued. */
  readonly isProven: boolean;
  /** Names the server process; a new one may have lost what the one before knew. */
  readonly run: string;
}

export interface RegistryServer {
  of(conv: Conv): Promise<Registered>;
  raise(conv: Conv, partitions: number): Promise<void>;
  /** All that the backup knows is here. */
  reconciled(run: string): Promise<void>;
  /** The log was empty. */
  proven(run: string): Promise<void>;
}
