/**
 * An actor whose state outlives it. A message is decided upon, what follows from it is written, and only then applied:
 * the state never holds what the journal does not. While a write is on its way further messages wait. An append that
 * failed is repeated as it was; when that does not help the actor fails, and its restart opens the journal anew and
 * reads what is true: so no failure leaves a hole. An owner that was fenced stops.
 */
import type { Effect, Fault, Outcome } from '#contract/effects';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { JournalEntry, OpenedJournal } from '#contract/ports/journal';
import { firstCodec, JournalTimers, recordOf, savedOf } from '#runtime/journal-records';
import type { JournalCodec, JournalRecord, SavedState } from '#runtime/journal-records';
import { recordsOf } from '#runtime/journaled-actor';
import type { JournaledActor } from '#runtime/journaled-actor';
import type { Behaviour, Context } from '#runtime/types';

/** What the actor says to itself. */
class Word {
  constructor(
    readonly word: 'opened' | 'appended' | 'snapshot' | 'pruned' | 'again' | 'beat' | 'rang',
    readonly outcome?: Outcome<unknown>,
    readonly timer?: { readonly name: string; readonly number: number },
  ) {}
}

export type JournalWord = Word;

interface Writing<S, M> {
  readonly entries: readonly JournalEntry[];
  readonly message: { readonly it: M } | undefined;
  readonly then: ((state: S, context: Context<M>) => void) | undefined;
  failures: number;
}

const idle = Symbol('idle');
const opening = Symbol('opening');

class Keeper<S, M, E> {
  readonly #actor: JournaledActor<S, M, E>;
  readonly #context: Context<M | Word>;
  readonly #timers = new JournalTimers();
  readonly #codec: JournalCodec;
  #state: S;
  #epoch = 0;
  #last = 0;
  #snapshotAt = 0;
  #isSaving = false;
  #isOver = false;
  #openFailures = 0;
  #held: (M | Word)[] = [];
  #at: typeof opening | typeof idle | Writing<S, M> = opening;

  constructor(actor: JournaledActor<S, M, E>, context: Context<M | Word>) {
    this.#actor = actor;
    this.#context = context;
    this.#codec = actor.codec ?? firstCodec;
    this.#state = actor.empty();
    this.#open();
  }

  get mayPassivate(): boolean {
    return this.#at === idle && this.#timers.rows.length === 0;
  }

  take(message: M | Word): void {
    if (this.#isOver) return this.#refuse(message, this.#fence());
    if (message instanceof Word && message.word !== 'rang' && message.word !== 'beat') return this.#hear(message);
    if (this.#at === idle) this.#handle(message);
    else if (message instanceof Word || this.#held.length < this.#actor.limits['journal.held'])
      this.#held.push(message);
    else this.#refuse(message, fault('gateway.overloaded', 'too much waits for the journal'));
    while (this.#at === idle && this.#held.length > 0) this.#handle(this.#held.shift() as M | Word);
  }

  /** Whoever still waits is told. */
  end(lost: Fault): void {
    const at = this.#at;
    this.#isOver = true;
    if (typeof at === 'object' && at.message !== undefined)
      this.#refuse(at.message.it, {
        ...lost,
        effect: at.failures > 0 || lost.effect === 'unknown' ? 'unknown' : 'none',
      });
    this.#at = opening;
    for (const message of this.#held.splice(0)) this.#refuse(message, { ...lost, effect: 'none' });
  }

  #open(): void {
    this.#start('opened', this.#actor.journal.open(this.#actor.key));
  }

  #hear({ word, outcome }: Word): void {
    if (word === 'again') return this.#at === opening ? this.#open() : this.#send();
    if (outcome === undefined) return;
    if (!outcome.ok && outcome.fault.code === 'store.fenced') return this.#fenced();
    if (word === 'opened') this.#opened(outcome as Outcome<OpenedJournal>);
    else if (word === 'appended') this.#appended(outcome);
    else this.#saved(word, outcome);
    while (this.#at === idle && this.#held.length > 0) this.#handle(this.#held.shift() as M | Word);
  }

  #opened(outcome: Outcome<OpenedJournal>): void {
    if (!outcome.ok) return this.#later(outcome.fault, (this.#openFailures += 1));
    const { epoch, lastSequence, snapshot, events } = outcome.value;
    this.#epoch = epoch;
    if (snapshot !== null) this.#load(savedOf(this.#codec, snapshot));
    this.#snapshotAt = snapshot?.sequence ?? 0;
    for (const entry of events) this.#see(recordOf(this.#codec, entry), entry.at);
    this.#last = lastSequence;
    this.#at = idle;
    const step = lastSequence === 0 ? (this.#actor.begin?.(this.#state) ?? {}) : {};
    const records = this.#timers.resumes ? [{ k: 'open' as const }, ...recordsOf(step)] : recordsOf(step);
    this.#write(records, undefined, (state, context) => {
      this.#armAll();
      this.#actor.restored?.(state, context);
      step.then?.(state, context);
    });
  }

  #handle(message: M | Word): void {
    if (!(message instanceof Word)) return this.#decide(message, []);
    if (message.word === 'beat') return this.#timers.counts ? this.#write([{ k: 'beat' }], undefined) : undefined;
    const row = this.#timers.get(message.timer?.name ?? '');
    if (row === undefined || row.number !== message.timer?.number) return;
    this.#decide(row.message as M, [{ k: 'rang', name: row.name }]);
  }

  #decide(message: M, before: readonly JournalRecord[]): void {
    const step = this.#actor.decide(this.#state, message, this.#outside) ?? {};
    this.#write([...before, ...recordsOf(step)], { it: message }, step.then);
  }

  #write(
    records: readonly JournalRecord[],
    message: { readonly it: M } | undefined,
    then?: Writing<S, M>['then'],
  ): void {
    if (records.length === 0) return then?.(this.#state, this.#outside);
    const entries = records.map((data) => ({ v: this.#codec.v, at: this.#context.now, data }));
    this.#at = { entries, message, then, failures: 0 };
    this.#send();
  }

  #send(): void {
    if (typeof this.#at !== 'object') return;
    const { journal, key } = this.#actor;
    this.#start('appended', journal.append(key, this.#epoch, this.#last + 1, this.#at.entries));
  }

  #appended(outcome: Outcome<unknown>): void {
    const writing = this.#at;
    if (typeof writing !== 'object') return;
    if (!outcome.ok) return this.#failed(writing, outcome.fault);
    this.#last += writing.entries.length;
    // What was written is read: the state is that of whoever reads the journal next.
    for (const { data, at } of JSON.parse(JSON.stringify(writing.entries)) as JournalEntry[]) {
      const record = data as JournalRecord;
      this.#see(record, at);
      if (record.k === 'set') this.#arm(record.name);
      if (record.k === 'cancel') this.#context.cancel(timerName(record.name));
    }
    this.#at = idle;
    if (this.#timers.counts)
      this.#context.after('journal beat', this.#actor.limits['journal.beatMs'], new Word('beat'));
    writing.then?.(this.#state, this.#outside);
    this.#maySave();
  }

  /** Too much for one append is the fault of the message alone. */
  #failed(writing: Writing<S, M>, lost: Fault): void {
    const { message, entries } = writing;
    const isOfTimer = (entries[0]?.data as JournalRecord | undefined)?.k === 'rang';
    if (lost.code !== 'store.too_big' || message === undefined || isOfTimer)
      return this.#later(lost, (writing.failures += 1));
    this.#at = idle;
    this.#refuse(message.it, lost);
  }

  #later(lost: Fault, failures: number): void {
    const { limits } = this.#actor;
    const isLasting = lost.code === 'store.gap' || lost.code === 'store.too_big';
    if (isLasting || failures >= limits['journal.tries']) throw new FaultError(lost);
    this.#context.after('journal again', limits['journal.retryMs'] * 2 ** (failures - 1), new Word('again'));
  }

  #fenced(): void {
    this.#context.log.error('another owner has this journal', { path: this.#context.path, epoch: this.#epoch });
    this.end(this.#fence());
    this.#actor.fenced?.(this.#outside);
    this.#context.stop(this.#context.self);
  }

  #maySave(): void {
    const { journal, key, limits } = this.#actor;
    if (this.#isSaving || this.#last - this.#snapshotAt < limits['journal.snapshotEvery']) return;
    this.#isSaving = true;
    this.#snapshotAt = this.#last;
    const state = this.#actor.save === undefined ? this.#state : this.#actor.save(this.#state);
    const data: SavedState = { ...this.#timers.save(), state };
    const entry = { v: this.#codec.v, at: this.#context.now, data };
    this.#start('snapshot', journal.snapshot(key, this.#epoch, this.#last, entry));
  }

  /** A snapshot is a shortcut: where there is none, the next one is. */
  #saved(word: Word['word'], outcome: Outcome<unknown>): void {
    const { journal, key } = this.#actor;
    if (!outcome.ok) this.#context.log.warn('no snapshot', { path: this.#context.path, code: outcome.fault.code });
    if (outcome.ok && word === 'snapshot') this.#start('pruned', journal.prune(key, this.#epoch));
    else this.#isSaving = false;
  }

  #load(saved: SavedState): void {
    this.#state = this.#actor.load === undefined ? (saved.state as S) : this.#actor.load(saved.state);
    this.#timers.load(saved);
  }

  #see(record: JournalRecord, at: number): void {
    this.#timers.see(record, at);
    if (record.k === 'event') this.#state = this.#actor.apply(this.#state, record.event as E);
  }

  #armAll(): void {
    for (const { name } of this.#timers.rows) this.#arm(name);
  }

  #arm(name: string): void {
    const row = this.#timers.get(name);
    if (row === undefined) return;
    const delayMs = Math.max(0, row.due - this.#context.now);
    this.#context.after(timerName(name), delayMs, new Word('rang', undefined, { name, number: row.number }));
  }

  #refuse(message: M | Word, lost: Fault): void {
    if (!(message instanceof Word)) this.#actor.refused(message, lost, this.#outside);
  }

  #start<T>(word: Word['word'], effect: Effect<T>): void {
    this.#context.start(effect, (outcome) => new Word(word, outcome));
  }

  #fence(): Fault {
    return fault('store.fenced', `${this.#actor.key} has another owner`);
  }

  /** As the actor itself sees it. */
  get #outside(): Context<M> {
    return this.#context;
  }
}

const timerName = (name: string): string => `journal timer ${name}`;

/** State of a journaled actor, of no concern to others. */
export type JournalKeeper<S, M, E> = Keeper<S, M, E>;

export const journaled = <S, M, E>(actor: JournaledActor<S, M, E>): Behaviour<Keeper<S, M, E>, M | JournalWord> => ({
  kind: actor.kind,
  init: (context) => new Keeper(actor, context),
  receive: (keeper, message) => {
    keeper.take(message);
    return keeper;
  },
  stopped: (keeper) => keeper.end(fault('store.unavailable', 'the actor has stopped', 'unknown')),
  mayPassivate: (keeper) => keeper.mayPassivate,
});
