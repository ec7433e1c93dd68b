/**
 * The envelope as the runtime keeps it. `control` marks what is not told but comes from the actor's own doings; it
 * carries the incarnation that started it, so that what is late or comes twice is known for what it is.
 */
import type { Outcome } from '#contract/effects';
import type { Linked } from '#runtime/mailbox';
import type { Cause, Envelope, StopReason } from '#runtime/types';

export type Control =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | {
      readonly kind: 'outcome';
      readonly effect: number;
      readonly incarnation: number;
      readonly outcome: Outcome<unknown>;
      readonly toMessage: (outcome: Outcome<never>) => unknown;
    }
  | { readonly kind: 'timer'; readonly name: string; readonly incarnation: number; readonly setting: number }
  | { readonly kind: 'call'; readonly incarnation: number; readonly callback: () => void }
  | {
      readonly kind: 'child-gone';
      readonly incarnation: number;
      readonly toMessage: (reason: StopReason) => unknown;
      readonly reason: StopReason;
    }
  | { readonly kind: 'child-failed'; readonly incarnation: number; readonly error: unknown };

export class CellEnvelope implements Envelope, Linked<CellEnvelope> {
  next: CellEnvelope | undefined;

  constructor(
    readonly id: number,
    readonly cause: Cause,
    readonly from: string,
    readonly at: number,
    /** For a control envelope: filled in when its turn comes. */
    public message: unknown,
    readonly control: Control | undefined,
  ) {}
}
