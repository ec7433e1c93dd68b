/** What stands behind the actors of a server: its ports, under a name of its own, until it is closed. */
import type { Limits } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import type { NodeName } from '#contract/ports/bus';
import type { Ports } from '#contract/ports/ports';
import type { Log } from '#contract/ports/system';
import type { TraceBook } from '#ops/trace-book';
import type { ActorSystem } from '#runtime/system';

export interface Backend {
  readonly ports: Omit<Ports, 'tokens'>;
  /** Tells whoever operates all servers where this one is operated; absent where it is the only one. */
  readonly announce?: (opsUrl: string) => void;
  /** Waits for what is being written, then gives back what it holds. Twice is once. */
  readonly close: () => Promise<void>;
}

/** What a backend is opened with. */
export interface BackendKit {
  readonly node: NodeName;
  readonly limits: Limits;
  readonly log: Log;
  readonly meter: Meter;
  readonly book: TraceBook;
  /** Where the actors around its clients live. */
  readonly system: ActorSystem;
}
