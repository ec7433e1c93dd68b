/** How the calls of the last moments went: enough to say whether a resource still works. */
import type { Millis } from '#contract/conversation';

export class Outcomes {
  #calls = 0;
  #failures = 0;
  #beganAt: Millis;
  #before = { calls: 0, failures: 0 };

  /** Looks back between one and two `windowMs`. */
  constructor(
    readonly windowMs: Millis,
    now: Millis,
  ) {
    this.#beganAt = now;
  }

  note(isFailure: boolean, now: Millis): void {
    this.#turn(now);
    this.#calls += 1;
    if (isFailure) this.#failures += 1;
  }

  /** At least `least` failures, and at least half of all calls. */
  isBad(least: number, now: Millis): boolean {
    this.#turn(now);
    const failures = this.#failures + this.#before.failures;
    return failures >= least && failures * 2 >= this.#calls + this.#before.calls;
  }

  forget(now: Millis): void {
    this.#before = { calls: 0, failures: 0 };
    this.#calls = 0;
    this.#failures = 0;
    this.#beganAt = now;
  }

  #turn(now: Millis): void {
    const elapsed = now - this.#beganAt;
    if (elapsed < this.windowMs) return;
    const isNext = elapsed < 2 * this.windowMs;
    this.#before = isNext ? { calls: this.#calls, failures: this.#failures } : { calls: 0, failures: 0 };
    this.#calls = 0;
    this.#failures = 0;
    this.#beganAt = now;
  }
}
