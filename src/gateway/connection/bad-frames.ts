/** Counts bad frames in a sliding minute: one or two are an accident, ten a client that does not know the protocol. */
import type { Millis } from '#contract/conversation';

const minute = 60_000;

export class BadFrames {
  private times: Millis[] = [];

  /** A limit of 0 means no limit. */
  constructor(private readonly perMinute: number) {}

  /** Whether this one is the last that is borne. */
  add(now: Millis): boolean {
    if (this.perMinute === 0) return false;
    this.times = this.times.filter((time) => now - time < minute);
    this.times.push(now);
    return this.times.length >= this.perMinute;
  }
}
