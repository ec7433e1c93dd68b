/** What a behaviour is handed: its actor's doors to the world, each of them an envelope in the end. */
import type { Effect, Fault, Outcome } from '#contract/effects';
import { failed, fault } from '#contract/effects';
import type { Clock, Log, Random, Timer } from '#contract/ports/system';
import type { Inmate } from '#runtime/inside';
import type { MachineRoot } from '#runtime/machine-roots';
import { seededRandom } from '#runtime/random';
import type { Behaviour, Context, Ref, Reply, SpawnOptions, StartOptions } from '#runtime/types';

/** Spawned without saying how: one object for all. */
export const ordinary: SpawnOptions<unknown> = {};

/** The fault of an ask that nobody answered: it may have been heard all the same. */
export const askTimeout = (path: string, timeoutMs: number): Fault =>
  fault('runtime.ask_timeout', `${path} did not answer within ${timeoutMs} ms`, 'unknown');

export class CellContext implements Context<unknown> {
  readonly #cell: Inmate;
  #random: Random | undefined;

  constructor(cell: Inmate) {
    this.#cell = cell;
  }

  get self(): Ref<unknown> {
    return this.#cell;
  }

  get path(): string {
    return this.#cell.path;
  }

  get parent(): string {
    return this.#cell.parent?.path ?? '';
  }

  get now(): number {
    return this.#cell.system.turnNow;
  }

  get random(): Random {
    const { system, path, incarnation } = this.#cell;
    return (this.#random ??= seededRandom(`${system.seed}/${path}/${incarnation}`));
  }

  get log(): Log {
    return this.#cell.system.log;
  }

  get cause(): string {
    return this.#cell.system.globalId(this.#cell.system.currentId());
  }

  get clock(): Clock {
    return this.#cell.timers;
  }

  spawn<S, M>(behaviour: Behaviour<S, M>, name: string, options = ordinary): Ref<M> {
    return this.#cell.spawnChild(behaviour, name, options);
  }

  stop(ref: Ref<never>): void {
    (ref as unknown as Inmate).offerControl(
      { kind: 'stop', reason: { kind: 'stopped' } },
      this.#cell.system.currentId(),
    );
  }

  passivate(): void {
    const { system } = this.#cell;
    this.#cell.offerControl({ kind: 'stop', reason: { kind: 'passivated' } }, system.currentId());
  }

  tell<T>(ref: Ref<T>, message: T): Fault | undefined {
    return ref.tell(message);
  }

  ask<T, R>(
    ref: Ref<T>,
    make: (reply: Reply<R>) => T,
    toMessage: (outcome: Outcome<R>) => unknown,
    timeoutMs: number = this.#cell.system.limits['effect.deadlineMs'],
  ): void {
    const effect: Effect<unknown> = (done) => {
      const refusal = ref.tell(make(done));
      if (refusal !== undefined) done(failed(refusal));
    };
    const late = () => askTimeout(ref.path, timeoutMs);
    this.#cell.effects.start(effect, toMessage, { deadlineMs: timeoutMs, late, ask: true });
  }

  start<T>(effect: Effect<T>, toMessage: (outcome: Outcome<T>) => unknown, options: StartOptions = {}): void {
    const deadlineMs = options.deadlineMs ?? this.#cell.system.limits['effect.deadlineMs'];
    const late = () => fault('runtime.deadline', `no outcome within ${deadlineMs} ms`, 'unknown');
    this.#cell.effects.start(effect, toMessage, { deadlineMs, late, ask: false });
  }

  after(name: string, delayMs: number, message: unknown): void {
    this.#cell.timers.set(name, delayMs, message);
  }

  every(name: string, periodMs: number, message: unknown): void {
    this.#cell.timers.repeat(name, periodMs, message);
  }

  cancel(name: string): void {
    this.#cell.timers.cancel(name);
  }

  ignored(event: string, state: string): void {
    const { system, path } = this.#cell;
    system.deadLetter('ignored', path, path, system.currentId(), `${event} in ${state}`);
  }

  /** A place for a machine among others; it is cancelled when this incarnation ends. */
  seatForMachine(machine: Timer): MachineRoot {
    this.#cell.timers.bind(machine);
    return this.#cell.system.machines.seat();
  }

  releaseMachine(machine: Timer): void {
    this.#cell.timers.release(machine);
  }

  /** A new incarnation draws from a new seed. */
  restarted(): void {
    this.#random = undefined;
  }
}
