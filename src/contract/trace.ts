/** The way of a message through a server, as that server saw it: steps with their times. */
import type { Millis } from '#contract/conversation';

export interface TraceStep {
  /** By the clock of the server. */
  readonly at: Millis;
  readonly step: string;
  /** In words; never what the message says. */
  readonly detail: string;
}

/** What one server knows of a message; no steps: nothing (any more). */
export interface NodeTrace {
  readonly node: string;
  readonly mid: string;
  /** The id of the frame that started it; '' where it is not known. */
  readonly cause: string;
  readonly steps: readonly TraceStep[];
  /** So many steps more than are shown. */
  readonly left: number;
}
