/** For how long somebody has gone on although refused: a pause of a second ends it. */
import type { Millis } from '#contract/conversation';

const pauseMs = 1_000;

export class Insistence {
  #since: Millis | undefined;
  #refusedAt: Millis = 0;

  /** Refused again. Answers for how many milliseconds now, without a pause. */
  refused(now: Millis): number {
    if (this.#since === undefined || now - this.#refusedAt > pauseMs) this.#since = now;
    this.#refusedAt = now;
    return now - this.#since;
  }
}
