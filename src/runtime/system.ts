/** One actor system: who lives in it, ids and causes, dead letters, and the way in from the outside. */
import { failed } from '#contract/effects';
import type { Fault, Outcome } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { Clock, Log } from '#contract/ports/system';
import { bear } from '#runtime/cell';
import type { Cell } from '#runtime/cell';
import { askTimeout, ordinary } from '#runtime/context';
import { DeadLetters, describeError } from '#runtime/dead-letters';
import type { DeadLetterReason } from '#runtime/dead-letters';
import type { CellEnvelope } from '#runtime/envelope';
import type { Inmate, Surroundings } from '#runtime/inside';
import { MachineRoots } from '#runtime/machine-roots';
import { defaultSupervision } from '#runtime/supervision';
import type { Behaviour, Cause, Driver, Observer, Ref, Reply, Supervision } from '#runtime/types';

export interface SystemOptions {
  /** Name of the node: first part of every global id. */
  readonly name: string;
  /** Tells this run of the node from earlier ones; second part of every global id. */
  readonly epoch: string;
  readonly driver: Driver;
  readonly limits: Limits;
  readonly log: Log;
  /** All randomness of the actors comes from it. */
  readonly seed: string;
  readonly observer?: Observer;
}

/** A reference that can be told on behalf of another system. */
interface Causable {
  tellCausedBy(cause: Cause, from: string, message: unknown): Fault | undefined;
}

const isCausable = (ref: object): ref is Causable => 'tellCausedBy' in ref;

export class ActorSystem implements Surroundings {
  readonly name: string;
  readonly driver: Driver;
  readonly clock: Clock;
  readonly timers: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly seed: string;
  readonly supervision: Supervision;
  readonly deadLetters: DeadLetters;
  readonly machines = new MachineRoots();
  observer: Observer | undefined;
  effectsOutstanding = 0;
  /** After a simulated crash nothing moves any more, and nothing is said about it. */
  crashed = false;
  turnNow = 0;
  readonly #epoch: string;
  readonly #roots = new Map<string, Cell>();
  #lastId = 0;
  #cells = 0;
  #cell: Inmate | undefined;
  #envelope: CellEnvelope | undefined;

  constructor(options: SystemOptions) {
    this.name = options.name;
    this.#epoch = options.epoch;
    this.driver = options.driver;
    this.clock = options.driver.clock;
    this.timers = options.driver.timers ?? options.driver.clock;
    this.limits = options.limits;
    this.log = options.log;
    this.seed = options.seed;
    this.observer = options.observer;
    this.supervision = defaultSupervision(options.limits);
    this.deadLetters = new DeadLetters(options.limits['deadLetters.kept']);
  }

  /** Actors alive. */
  get size(): number {
    return this.#cells;
  }

  /** Actors alive by the root of their tree. */
  census(): ReadonlyMap<string, number> {
    const under = (cell: Cell): number => {
      let count = 1;
      for (const child of cell.children?.values() ?? []) count += under(child);
      return count;
    };
    return new Map([...this.#roots].map(([name, root]) => [name, under(root)]));
  }

  spawn<S, M>(behaviour: Behaviour<S, M>, name: string, options = ordinary): Ref<M> {
    return bear(this, undefined, this.#roots, behaviour, name, options);
  }

  /** Tells with a cause from another system: the trace of a message goes on across nodes. */
  tellCausedBy<M>(cause: Cause, ref: Ref<M>, message: M): Fault | undefined {
    return isCausable(ref) ? ref.tellCausedBy(cause, '', message) : ref.tell(message);
  }

  /** An ask from outside; resolves with `runtime.ask_timeout` when nobody answers. A late answer is a dead letter. */
  ask<M, R>(ref: Ref<M>, make: (reply: Reply<R>) => M, timeoutMs: number): Promise<Outcome<R>> {
    return new Promise((resolve) => {
      let settled = false;
      const settle = (outcome: Outcome<R>): void => {
        settled = true;
        timer.cancel();
        resolve(outcome);
      };
      const timer = this.timers.schedule(timeoutMs, () => settle(failed(askTimeout(ref.path, timeoutMs))));
      const answer: Reply<R> = (outcome) => {
        if (settled) this.deadLetter('stale', '', ref.path, this.currentId(), 'answer to an ask');
        else settle(outcome);
      };
      const refusal = ref.tell(make(answer));
      if (refusal !== undefined) answer(failed(refusal));
    });
  }

  /** Ends every actor, children first. */
  stop(): void {
    if (this.crashed) return;
    for (const root of this.#roots.values()) root.finish({ kind: 'stopped' });
  }

  /** As if the process had died: no last words, outcomes and timers go nowhere. */
  crash(): void {
    this.crashed = true;
  }

  globalId(id: Cause): string {
    return typeof id === 'string' ? id : `${this.name}:${this.#epoch}:${id}`;
  }

  remember(): void {
    this.#cells += 1;
  }

  forget(cell: Inmate): void {
    this.#cells -= 1;
    if (cell.parent === undefined) this.#roots.delete(cell.name);
  }

  nextId(): number {
    return ++this.#lastId;
  }

  currentId(): Cause {
    return this.#envelope?.id ?? 0;
  }

  currentPath(): string {
    return this.#cell?.path ?? '';
  }

  timeOfTelling(): number {
    return this.#cell === undefined ? this.clock.now() : this.turnNow;
  }

  beginEnvelope(cell: Inmate, envelope: CellEnvelope): void {
    this.#cell = cell;
    this.#envelope = envelope;
  }

  /** Last words are those of the actor that ends, in whoever's turn it ends, or in none. */
  speakAs(cell: Inmate, speak: () => void): void {
    const outer = this.#cell;
    if (outer === undefined) this.turnNow = this.clock.now();
    this.#cell = cell;
    try {
      speak();
    } catch (error) {
      this.log.error('last words failed', { path: cell.path, ...describeError(error) });
    } finally {
      this.#cell = outer;
    }
  }

  endTurn(): void {
    this.#cell = undefined;
    this.#envelope = undefined;
  }

  deadLetter(reason: DeadLetterReason, path: string, from: string, cause: Cause, what: string): void {
    const envelope = typeof cause === 'number' ? cause : 0;
    this.deadLetters.add({ reason, path, from, envelope, at: this.timeOfTelling(), what });
  }
}
