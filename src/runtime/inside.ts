/** What the parts of the runtime know of each other: an actor as its parts see it, the system as its actors see it. */
import type { Effect, Fault, Outcome } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { Clock, Log, Timer } from '#contract/ports/system';
import type { DeadLetterReason } from '#runtime/dead-letters';
import type { CellEnvelope, Control } from '#runtime/envelope';
import type { MachineRoots } from '#runtime/machine-roots';
import type { Behaviour, Cause, Driver, Observer, Ref, SpawnOptions, Supervision } from '#runtime/types';

/** An actor system, from within. */
export interface Surroundings {
  readonly driver: Driver;
  readonly clock: Clock;
  /** The same time, for what the runtime sets itself. */
  readonly timers: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly seed: string;
  readonly supervision: Supervision;
  readonly machines: MachineRoots;
  readonly observer: Observer | undefined;
  readonly crashed: boolean;
  /** Time of the turn that runs. */
  turnNow: number;
  /** Effects that all actors have started and not heard of; asks are not among them. */
  effectsOutstanding: number;
  nextId(): number;
  /** Id of the envelope being handled; 0 outside a turn. */
  currentId(): Cause;
  currentPath(): string;
  globalId(id: Cause): string;
  timeOfTelling(): number;
  beginEnvelope(actor: Inmate, envelope: CellEnvelope): void;
  endTurn(): void;
  speakAs(actor: Inmate, speak: () => void): void;
  /** An actor more. */
  remember(): void;
  /** The actor is gone. */
  forget(actor: Inmate): void;
  deadLetter(reason: DeadLetterReason, path: string, from: string, cause: Cause, what: string): void;
}

/** An actor, from within. */
export interface Inmate extends Ref<unknown> {
  readonly system: Surroundings;
  readonly name: string;
  readonly parent: Inmate | undefined;
  readonly incarnation: number;
  readonly effects: Effects;
  readonly timers: Timers;
  offerControl(control: Control, cause: Cause): void;
  spawnChild(behaviour: Behaviour<unknown, unknown>, name: string, options: SpawnOptions<unknown>): Ref<unknown>;
}

export interface EffectTerms {
  readonly deadlineMs: number;
  /** What the actor hears when the deadline passes. */
  readonly late: () => Fault;
  /** An ask is ended by another actor, an effect by the world outside: only the latter can be real in a simulation. */
  readonly ask: boolean;
}

export interface Effects {
  start(effect: Effect<unknown>, toMessage: (outcome: Outcome<never>) => unknown, terms: EffectTerms): void;
}

/** As a clock: its timers ring inside turns of the actor. */
export interface Timers extends Clock {
  set(name: string, delayMs: number, message: unknown): void;
  repeat(name: string, periodMs: number, message: unknown): void;
  cancel(name: string): void;
  /** Cancelled when the incarnation ends. */
  bind(timer: Timer): void;
  release(timer: Timer): void;
}
