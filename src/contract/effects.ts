/**
 * Ports are effects, not promises. An effect is started by handing it `done`; it calls `done` exactly once, now or
 * later, from anywhere. Nothing in a simulation then depends on the order of microtasks, and a test answers a port by
 * hand in one line.
 */
import type { ErrorCode } from '#contract/errors';

/** Whether what was asked for may have happened although it failed. With `unknown`, repeat it under the same id. */
export type FaultEffect = 'none' | 'unknown';

/** A typed failure: a stable code for programs, a text for people, and what may have happened. */
export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly effect: FaultEffect;
  /** Milliseconds after which trying again makes sense; absent where trying again does not help. */
  readonly retryAfterMs?: number;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export type Done<T> = (outcome: Outcome<T>) => void;

export type Effect<T> = (done: Done<T>) => void;

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const failed = (fault: Fault): Outcome<never> => ({ ok: false, fault });

/** Builds a fault. `effect` is `none` unless said otherwise: be honest where a write may have landed. */
export const fault = (code: ErrorCode, message: string, effect: FaultEffect = 'none', retryAfterMs?: number): Fault =>
  retryAfterMs === undefined ? { code, message, effect } : { code, message, effect, retryAfterMs };

/** An effect that is over at once. */
export const settled =
  <T>(outcome: Outcome<T>): Effect<T> =>
  (done) =>
    done(outcome);
