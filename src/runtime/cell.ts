/**
 * One actor: its mailbox, its turn, its life. A driver calls `turn`; everything that happens to the actor happens in
 * one, in the order of its envelopes. Control envelopes go first.
 */
import type { Fault } from '#contract/effects';
import { fault } from '#contract/effects';
import { CellContext } from '#runtime/context';
import { describeError, describeMessage } from '#runtime/dead-letters';
import { EffectsOutstanding } from '#runtime/effects-outstanding';
import { CellEnvelope } from '#runtime/envelope';
import type { Control } from '#runtime/envelope';
import type { Inmate, Surroundings } from '#runtime/inside';
import { Mailbox } from '#runtime/mailbox';
import { NamedTimers } from '#runtime/named-timers';
import { decide } from '#runtime/supervision';
import type { Behaviour, Cause, Ref, Runnable, SpawnOptions, StopReason, Supervision } from '#runtime/types';

/** Makes an actor among its siblings. Throws `runtime.name_taken`. */
export const bear = (
  system: Surroundings,
  parent: Cell | undefined,
  siblings: Map<string, Cell>,
  behaviour: Behaviour<unknown, unknown>,
  name: string,
  options: SpawnOptions<unknown>,
): Cell => {
  const path = `${parent?.path ?? ''}/${name}`;
  if (siblings.has(name)) throw new Error(`runtime.name_taken: ${path} exists`);
  const cell = new Cell(system, behaviour, parent, name, path, options);
  siblings.set(name, cell);
  system.remember();
  return cell;
};

/** `waiting`: failed, to be started anew; `stopping`: its last words are being heard. */
type Status = 'running' | 'waiting' | 'stopping' | 'stopped';

export class Cell implements Ref<unknown>, Runnable, Inmate {
  handle: unknown;
  incarnation = 0;
  /** When it last had something to do: what passivation goes by. */
  activeAt = 0;
  readonly #context: CellContext;
  readonly #mailbox: Mailbox<CellEnvelope>;
  readonly #supervision: Supervision;
  #status: Status = 'running';
  #scheduled = false;
  #state: unknown;
  #started = false;
  #failures: number[] | undefined;
  #children: Map<string, Cell> | undefined;
  #effects: EffectsOutstanding | undefined;
  #timers: NamedTimers | undefined;

  constructor(
    readonly system: Surroundings,
    readonly behaviour: Behaviour<unknown, unknown>,
    readonly parent: Cell | undefined,
    readonly name: string,
    readonly path: string,
    readonly options: SpawnOptions<unknown>,
  ) {
    this.#mailbox = new Mailbox(options.mailbox ?? system.limits['mailbox.default']);
    this.#supervision = options.supervision ?? system.supervision;
    this.#context = new CellContext(this);
    system.driver.attach(this);
    this.offerControl({ kind: 'start' }, system.currentId());
  }

  get parentHandle(): unknown {
    return this.parent?.handle;
  }

  get effects(): EffectsOutstanding {
    return (this.#effects ??= new EffectsOutstanding(this));
  }

  get timers(): NamedTimers {
    return (this.#timers ??= new NamedTimers(this));
  }

  get stopped(): boolean {
    return this.#status === 'stopped';
  }

  get children(): ReadonlyMap<string, Cell> | undefined {
    return this.#children;
  }

  /** Messages waiting, for probes. */
  get depth(): number {
    return this.#mailbox.told + this.#mailbox.control;
  }

  /** Nothing to do and nothing awaited. */
  get quiet(): boolean {
    if (!this.#takesMessages() || this.depth > 0) return false;
    return (this.#effects?.size ?? 0) === 0 && (this.#children?.size ?? 0) === 0;
  }

  tell(message: unknown): Fault | undefined {
    return this.tellCausedBy(this.system.currentId(), this.system.currentPath(), message);
  }

  tellCausedBy(cause: Cause, from: string, message: unknown): Fault | undefined {
    const { system } = this;
    if (system.crashed) return undefined;
    const envelope = new CellEnvelope(system.nextId(), cause, from, system.timeOfTelling(), message, undefined);
    if (this.#status === 'stopped') return this.#refuse('stopped', envelope);
    if (!this.#mailbox.offer(envelope)) return this.#refuse('full', envelope);
    if (!this.#scheduled) this.#schedule();
    return undefined;
  }

  offerControl(control: Control, cause: Cause): void {
    const { system } = this;
    if (system.crashed) return;
    const envelope = new CellEnvelope(system.nextId(), cause, this.path, system.timeOfTelling(), undefined, control);
    if (this.#status === 'stopped') return this.#stale(envelope, control);
    this.#mailbox.offerControl(envelope);
    if (!this.#scheduled) this.#schedule();
  }

  spawnChild(behaviour: Behaviour<unknown, unknown>, name: string, options: SpawnOptions<unknown>): Cell {
    if (this.stopped) throw new Error(`runtime.stopped: ${this.path} spawned ${name} after its end`);
    this.#children ??= new Map();
    return bear(this.system, this, this.#children, behaviour, name, options);
  }

  /** One turn: at most a batch of envelopes, so that nobody else waits for long. */
  turn(): void {
    const { system } = this;
    if (this.#status === 'stopped' || system.crashed) return;
    system.turnNow = system.clock.now();
    try {
      for (let left = system.limits['mailbox.batch']; left > 0 && this.#handleNext(); left -= 1);
    } finally {
      system.endTurn();
      this.#scheduled = false;
      if (this.#mailbox.control > 0 || (this.#takesMessages() && this.#mailbox.told > 0)) this.#schedule();
    }
  }

  /** Ends the actor and its children, now. What its mailbox holds becomes dead letters. */
  finish(reason: StopReason): void {
    if (this.#status === 'stopped' || this.#status === 'stopping') return;
    this.#status = 'stopping';
    this.#closeIncarnation(reason);
    this.#status = 'stopped';
    for (let left = this.#mailbox.takeTold(); left !== undefined; left = this.#mailbox.takeTold())
      this.system.deadLetter('stopped', this.path, left.from, left.id, describeMessage(left.message));
    for (let left = this.#mailbox.takeControl(); left !== undefined; left = this.#mailbox.takeControl())
      this.#stale(left, left.control as Control);
    this.system.forget(this);
    this.#tellParent(reason);
    this.system.driver.detach(this);
    this.#state = undefined;
  }

  /** A parent that ends or fails itself knows that its children are gone. */
  #tellParent(reason: StopReason): void {
    const { parent, options, system } = this;
    if (parent === undefined) return;
    parent.#children?.delete(this.name);
    const { incarnation } = parent;
    if (options.onStopped === undefined || !parent.#started) return;
    parent.offerControl({ kind: 'child-gone', incarnation, toMessage: options.onStopped, reason }, system.currentId());
  }

  #takesMessages(): boolean {
    return this.#status === 'running' && this.#started;
  }

  #schedule(): void {
    this.#scheduled = true;
    this.system.driver.schedule(this);
  }

  #refuse(reason: 'stopped' | 'full', { id, from, message }: CellEnvelope): Fault {
    this.system.deadLetter(reason, this.path, from, id, describeMessage(message));
    return reason === 'full'
      ? fault('runtime.mailbox_full', `the mailbox of ${this.path} is full`)
      : fault('runtime.stopped', `${this.path} has stopped`);
  }

  /** What was meant for an earlier incarnation, or came too late. To end what has ended is no loss. */
  #stale(envelope: CellEnvelope, control: Control): void {
    if (control.kind === 'stop' || control.kind === 'start') return;
    this.system.deadLetter('stale', this.path, this.path, envelope.id, control.kind);
  }

  #handleNext(): boolean {
    const { system } = this;
    if (this.stopped || system.crashed) return false;
    const envelope = this.#mailbox.takeControl() ?? (this.#takesMessages() ? this.#mailbox.takeTold() : undefined);
    if (envelope === undefined) return false;
    const { control } = envelope;
    system.beginEnvelope(this, envelope);
    if (control?.kind !== 'stop') this.activeAt = system.turnNow;
    try {
      if (control === undefined) this.#receive(envelope, envelope.message);
      else this.#handleControl(envelope, control);
    } catch (error) {
      const what = control === undefined ? describeMessage(envelope.message) : control.kind;
      system.deadLetter('threw', this.path, envelope.from, envelope.id, what);
      this.#fail(error);
    }
    return true;
  }

  #receive(envelope: CellEnvelope, message: unknown): void {
    envelope.message = message;
    this.system.observer?.(this.path, envelope);
    this.#state = this.behaviour.receive(this.#state, message, this.#context);
  }

  #handleControl(envelope: CellEnvelope, control: Control): void {
    const { kind } = control;
    if ('incarnation' in control && (control.incarnation !== this.incarnation || !this.#started))
      return this.#stale(envelope, control);
    if (kind === 'outcome') return this.#receive(envelope, control.toMessage(control.outcome as never));
    if (kind === 'child-gone') return this.#receive(envelope, control.toMessage(control.reason));
    if (kind === 'timer') {
      const rang = this.#timers?.rang(control.name, control.setting);
      return rang === undefined ? this.#stale(envelope, control) : this.#receive(envelope, rang.message);
    }
    if (kind === 'stop' && control.reason.kind === 'passivated' && !this.#mayPassivate()) return;
    envelope.message = { t: kind };
    this.system.observer?.(this.path, envelope);
    if (kind === 'stop') return this.finish(control.reason);
    if (kind === 'call') return control.callback();
    if (kind === 'child-failed') throw control.error;
    this.#status = 'running';
    this.#state = this.behaviour.init(this.#context);
    this.#started = true;
  }

  #mayPassivate(): boolean {
    return this.quiet && (this.behaviour.mayPassivate?.(this.#state) ?? true);
  }

  #fail(error: unknown): void {
    const { system } = this;
    system.log.error('an actor failed', { path: this.path, ...describeError(error) });
    if (this.#supervision.kind === 'stop') return this.finish({ kind: 'failed', error });
    this.#failures ??= [];
    this.#failures.push(system.turnNow);
    const verdict = decide(this.#supervision.backoff, this.#failures, system.turnNow);
    if (verdict === 'give up') return this.#giveUp(error, this.#supervision.then ?? 'escalate');
    this.#closeIncarnation({ kind: 'restarting', error });
    if (this.stopped) return;
    this.#status = 'waiting';
    this.timers.offerAfter(verdict.restartAfterMs, { kind: 'start' });
  }

  #giveUp(error: unknown, then: 'escalate' | 'stop'): void {
    const { parent, system } = this;
    this.finish({ kind: 'failed', error });
    system.log.error('an actor gave up', { path: this.path });
    if (parent === undefined || then === 'stop') return;
    parent.offerControl({ kind: 'child-failed', incarnation: parent.incarnation, error }, system.currentId());
  }

  /** Children first, then last words; then nothing of this incarnation counts any more. */
  #closeIncarnation(reason: StopReason): void {
    const started = this.#started;
    this.#started = false;
    this.#finishChildren();
    if (started && this.behaviour.stopped !== undefined)
      this.system.speakAs(this, () => this.behaviour.stopped?.(this.#state, reason, this.#context));
    this.#finishChildren();
    this.incarnation += 1;
    this.#effects?.drop();
    this.#timers?.cancelAll();
    this.#context.restarted();
  }

  /** Also those that last words bring into being: a Map shows what is added while it is walked. */
  #finishChildren(): void {
    for (const child of this.#children?.values() ?? []) child.finish({ kind: 'stopped' });
  }
}
