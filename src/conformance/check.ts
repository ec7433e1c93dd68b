/** A check: one rule of docs/protocol.md, by name, and how a stranger finds out whether it holds. */
import type { Stage } from '#conformance/stage';

export type Need =
  /** The signing key: users whom nobody has been before, and tokens that no honest issuer makes. */
  | 'key'
  /** Patience: what it waits for comes after many seconds (`--slow`). */
  | 'slow';

export interface Check {
  /** `area.rule`, unique. */
  readonly name: string;
  /** The section of docs/protocol.md and its sentence, in short. */
  readonly rule: string;
  readonly needs: readonly Need[];
  /** Milliseconds that it waits by the protocol itself, on top of the time-out of a check. */
  readonly waitsMs: number;
  /** Ends without a word when the rule holds; throws Unmet or NotTried. */
  readonly run: (stage: Stage) => Promise<void>;
}

interface Extras {
  readonly needs?: readonly Need[];
  readonly waitsMs?: number;
}

export const check = (
  name: string,
  rule: string,
  run: Check['run'],
  { needs = [], waitsMs = 0 }: Extras = {},
): Check => ({
  name,
  rule,
  needs,
  waitsMs,
  run,
});
