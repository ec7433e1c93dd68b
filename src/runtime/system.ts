/** One actor system: who lives in it, ids and causes, dead letters, and the way in from the outside. */
import { failed } from '#contract/effects';
import type { Fault, Outcome } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { Clock, Log } from '#contract/ports/system';
import { Cell } from '#runtime/cell';
import { askTimeout, ordinary } from '#runtime/context';
import { DeadLetters, describeError } from '#runtime/dead-letters';
import type { DeadLetterReason } from '#runtime/dead-letters';
import type { CellEnvelope } from '#runtime/envelope';
import { MachineRoots } from '#runtime/machine-roots';
import { defaultSupervision } from '#runtime/supervision';
import type { Behaviour, Cause, Driver, Observer, Ref, Reply, SpawnOptions, Supervision } from '#runtime/types';

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

export class ActorSystem {
  readonly name: string;
  readonly driver: Driver;
  readonly clock: Clock;
  /** The same time, for what the runtime sets itself. */
  readonly timers: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly seed: string;
  readonly supervision: Supervision;
  readonly deadLetters: DeadLetters;
  readonly machines = new MachineRoots();
  observer: Observer | undefined;
  /** Effects that all actors have started and not heard of; asks are not among them. */
  effectsOutstanding = 0;
  /** After a simulated crash nothing moves any more, and nothing is said about it. */
  crashed = false;
  /** Time of the turn that runs. */
  turnNow = 0;
  readonly #epoch: string;
  readonly #roots = new Map<string, Cell>();
  #lastId = 0;
  #cells = 0;
  #cell: Cell | undefined;
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

  spawn<S, M>(behaviour: Behaviour<S, M>, name: string, options = ordinary): Ref<M> {
    return this.createCell(undefined, this.#roots, behaviour, name, options);
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

  createCell(
    parent: Cell | undefined,
    siblings: Map<string, Cell>,
    behaviour: Behaviour<unknown, unknown>,
    name: string,
    options: SpawnOptions<unknown>,
  ): Cell {
    const path = `${parent?.path ?? ''}/${name}`;
    if (parent?.stopped === true) throw new Error(`runtime.stopped: ${parent.path} spawned ${name} after its end`);
    if (siblings.has(name)) throw new Error(`runtime.name_taken: ${path} exists`);
    const cell = new Cell(this, behaviour, parent, name, path, options);
    siblings.set(name, cell);
    this.#cells += 1;
    return cell;
  }

  forget(cell: Cell): void {
    this.#cells -= 1;
    if (cell.parent === undefined) this.#roots.delete(cell.name);
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** Id of the envelope being handled; 0 outside a turn. */
  currentId(): Cause {
    return this.#envelope?.id ?? 0;
  }

  currentPath(): string {
    return this.#cell?.path ?? '';
  }

  timeOfTelling(): number {
    return this.#cell === undefined ? this.clock.now() : this.turnNow;
  }

  beginEnvelope(cell: Cell, envelope: CellEnvelope): void {
    this.#cell = cell;
    this.#envelope = envelope;
  }

  /** Last words are those of the actor that ends, in whoever's turn it ends, or in none. */
  speakAs(cell: Cell, speak: () => void): void {
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
