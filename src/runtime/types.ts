/**
 * The words of the runtime: what a behaviour is, what it is handed, what an envelope carries. A behaviour's only inputs
 * are envelopes: what was told, a timer that came due, the outcome of an effect.
 */
import type { Effect, Fault, Outcome } from '#contract/effects';
import type { Clock, Log, Random } from '#contract/ports/system';

/**
 * The id of the envelope that led to this one: a number inside one system, a global id (`node:epoch:number`) when it
 * came from another one, 0 when it came from outside.
 */
export type Cause = number | string;

export interface Envelope<M = unknown> {
  /** Unique in its system, rising in the order of telling. */
  readonly id: number;
  readonly cause: Cause;
  /** Path of the teller; empty for the outside. */
  readonly from: string;
  readonly at: number;
  readonly message: M;
}

/** An address. Telling never throws and never blocks. */
export interface Ref<M> {
  readonly path: string;
  /** Undefined when accepted; else why not (`runtime.mailbox_full`, `runtime.stopped`): nothing was kept. */
  tell(message: M): Fault | undefined;
}

/** Where the answer to an ask goes: call it once. */
export type Reply<T> = (outcome: Outcome<T>) => void;

export type StopReason =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'passivated' }
  /** It threw and starts anew after a wait; its mailbox survives. */
  | { readonly kind: 'restarting'; readonly error: unknown }
  /** It threw and will not run again. */
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Behaviour<S, M> {
  /** Kind of actor, for logs and the inspector. */
  readonly kind: string;
  init(context: Context<M>): S;
  receive(state: S, message: M, context: Context<M>): S;
  /** Last words: answers what the state still held. The context can still tell; what it starts is dropped. */
  stopped?(state: S, reason: StopReason, context: Context<M>): void;
  /** Whether an idle actor may be passivated now; absent: yes. Never asked while effects are outstanding. */
  mayPassivate?(state: S): boolean;
}

export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Restarts allowed within `withinMs`; at one more failure the actor gives up. */
  readonly budget: number;
  readonly withinMs: number;
}

export type Supervision =
  /** Giving up, it fails its parent as well (`escalate`, the default) or just stops. */
  | { readonly kind: 'restart'; readonly backoff: Backoff; readonly then?: 'escalate' | 'stop' }
  | { readonly kind: 'stop' };

export interface SpawnOptions<P = never> {
  /** Messages held before a teller is refused. */
  readonly mailbox?: number;
  readonly supervision?: Supervision;
  /** Told to the parent when the child is gone for good; not when the parent itself ended it by failing or stopping. */
  readonly onStopped?: (reason: StopReason) => P;
}

export interface StartOptions {
  /** Milliseconds after which the effect counts as failed with `runtime.deadline`; default effect.deadlineMs. */
  readonly deadlineMs?: number;
}

/** What a driver runs: it calls `turn` once for each time that it was asked to schedule. */
export interface Runnable {
  readonly path: string;
  /** What the driver keeps with it. */
  handle: unknown;
  readonly parentHandle: unknown;
  turn(): void;
}

/** Who calls `turn`, and whose time it is. Envelope, mailbox and turn are the same under every driver. */
export interface Driver {
  readonly clock: Clock;
  /** The same time, for the runtime's own timers, where the driver wants to tell them from those of the ports. */
  readonly timers?: Clock;
  attach(runnable: Runnable): void;
  schedule(runnable: Runnable): void;
  detach(runnable: Runnable): void;
}

/**
 * Sees every envelope as it is handled: transcripts, recordings, the inspector. Costs nothing while absent. Life-cycle
 * envelopes read `{ t: 'start' | 'stop' | 'call' | 'child-failed' }`.
 */
export type Observer = (path: string, envelope: Envelope) => void;

/** All that a behaviour can reach. */
export interface Context<M> {
  readonly self: Ref<M>;
  readonly path: string;
  /** Path of the parent; empty for a root. */
  readonly parent: string;
  /** Constant within a turn. */
  readonly now: number;
  /** Seeded by system seed, path and incarnation: an actor that comes back under its path draws the same again. */
  readonly random: Random;
  readonly log: Log;
  /** Global id of the envelope being handled: goes into whatever leaves the process. */
  readonly cause: string;
  /** Names must be free among the living children: throws `runtime.name_taken`. */
  spawn<CS, CM>(behaviour: Behaviour<CS, CM>, name: string, options?: SpawnOptions<M>): Ref<CM>;
  /** Stops a child or oneself: after the message being handled, before those still in its mailbox. */
  stop(ref: Ref<never>): void;
  /** Ends oneself unless something waits or is outstanding: for an actor of a region that is no longer needed. */
  passivate(): void;
  tell<T>(ref: Ref<T>, message: T): Fault | undefined;
  /** Tells `make(reply)`; the reply or `runtime.ask_timeout` comes back as a message of one's own. */
  ask<T, R>(ref: Ref<T>, make: (reply: Reply<R>) => T, toMessage: (outcome: Outcome<R>) => M, timeoutMs?: number): void;
  /** Starts an effect; its outcome comes back as a message. Dropped when this incarnation is over by then. */
  start<T>(effect: Effect<T>, toMessage: (outcome: Outcome<T>) => M, options?: StartOptions): void;
  /** A timer by name: the same name again replaces it. */
  after(name: string, delayMs: number, message: M): void;
  every(name: string, periodMs: number, message: M): void;
  cancel(name: string): void;
  /** Runs `callback` in a turn of this actor: the clock that machines are given. */
  readonly clock: Clock;
  /** Notes an event that a machine ignored in its present state. */
  ignored(event: string, state: string): void;
}
