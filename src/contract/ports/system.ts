/** Time, randomness, ids and tokens: parameters everywhere, real ones only in adapters/system and adapters/auth. */
import type { Conv, Millis, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';

/** Where a clock takes its time from: the operating system, or nobody (a virtual clock is moved by hand). */
export interface TimeSource {
  now(): Millis;
  /** Calls back once after `delayMs`. Answers how to call it off. */
  alarm(delayMs: number, ring: () => void): () => void;
}

/** Timers in order of (due, sequence). One clock a driver; virtual ones stop at each deadline. */
export interface Clock {
  now(): Millis;
  schedule(delayMs: number, ring: () => void): Timer;
}

export interface Timer {
  /** Ending a timer twice, or one that rang, does nothing. */
  cancel(): void;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, below). */
  int(below: number): number;
}

/** Names that must not collide. Pure: everything they depend on is handed in. */
export interface Ids {
  ulid(at: Millis, random: Random): string;
  /** The one direct conversation of a pair: the order of the two does not matter. */
  directConversation(one: User, other: User): Conv;
  /** The group that this user opened under this id. */
  groupConversation(creator: User, id: string): Conv;
}

export interface Claims {
  readonly user: User;
  readonly expiresAt: Millis;
  readonly admin: boolean;
}

export interface Tokens {
  /** Fails with `gateway.unauthenticated`. `now` is the caller's: a simulation verifies in virtual time. */
  verify(token: string, now: Millis): Effect<Claims>;
}

/** Structured log; `fields` must be plain data and never a message body. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
