/** A fault that can be thrown: for adapters, which are written with promises. */
import type { Fault, FaultEffect } from '#contract/effects';
import type { ErrorCode } from '#contract/errors';

export class FaultError extends Error implements Fault {
  readonly code: ErrorCode;
  readonly effect: FaultEffect;
  readonly retryAfterMs?: number;

  constructor({ code, message, effect, retryAfterMs }: Fault, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.effect = effect;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}
