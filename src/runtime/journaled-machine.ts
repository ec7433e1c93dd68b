/**
 * A statechart whose state outlives its actor: what is written are its events. XState's own snapshot carries no
 * scheduled events, so that a machine restored from it never leaves a delayed state; here every delay is a timer of the
 * journal, and comes back by its policy. The machine runs as a pure function: nothing is emitted before it is durable.
 */
import { initialTransition, transition } from 'xstate';
import type {
  AnyEventObject,
  AnyMachineSnapshot,
  AnyStateMachine,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  SnapshotFrom,
} from 'xstate';
import type { Fault } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { Journal } from '#contract/ports/journal';
import { journaled } from '#runtime/journaled';
import type { JournalKeeper, JournalWord } from '#runtime/journaled';
import type { Step, TimerChange } from '#runtime/journaled-actor';
import type { JournalCodec, ResumePolicy } from '#runtime/journal-records';
import type { Behaviour, Context } from '#runtime/types';

export interface JournaledMachine<TMachine extends AnyStateMachine> {
  readonly kind: string;
  readonly key: string;
  readonly journal: Journal;
  readonly limits: Limits;
  readonly codec?: JournalCodec;
  readonly machine: TMachine;
  readonly input: InputFrom<TMachine>;
  /** By the name that XState gives a delay: `xstate.after.<delay>.<state>`, or the id of a delayed raise. */
  readonly resume: ResumePolicy | ((delay: string) => ResumePolicy);
  /** After the event that led to it is durable; a crash in between loses it. */
  readonly emitted: (event: EmittedFrom<TMachine>, context: Context<EventFromLogic<TMachine>>) => void;
  /** In which state it is, at the start and whenever an event has been applied. */
  readonly entered?: (snapshot: SnapshotFrom<TMachine>, context: Context<EventFromLogic<TMachine>>) => void;
  readonly refused: (event: EventFromLogic<TMachine>, fault: Fault, context: Context<EventFromLogic<TMachine>>) => void;
}

interface Action {
  readonly type: string;
  readonly params?: unknown;
}

interface Raise {
  readonly event: AnyEventObject;
  readonly id: string;
  readonly delay: number;
}

/** Delays and emitted events are data; whatever else a machine wants to do it must not. */
const read = (actions: readonly Action[], resume: (delay: string) => ResumePolicy) => {
  const timers: TimerChange<AnyEventObject>[] = [];
  const emitted: AnyEventObject[] = [];
  for (const { type, params } of actions) {
    if (type === 'xstate.cancel') timers.push({ cancel: (params as { readonly sendId: string }).sendId });
    else if (type === 'xstate.emit') emitted.push((params as { readonly event: AnyEventObject }).event);
    else if (type === 'xstate.raise') {
      const { id, delay, event } = params as Raise;
      timers.push({ set: id, delayMs: delay, resume: resume(id), message: event });
    } else throw new Error(`a journaled machine emits events and does nothing else: ${type}`);
  }
  return { timers, emitted };
};

type Keeper = JournalKeeper<AnyMachineSnapshot, AnyEventObject, AnyEventObject>;

export const journaledMachine = <TMachine extends AnyStateMachine>(
  options: JournaledMachine<TMachine>,
): Behaviour<Keeper, EventFromLogic<TMachine> | JournalWord> => {
  const { resume, emitted, entered, input, refused } = options;
  const machine: AnyStateMachine = options.machine;
  const policy = typeof resume === 'function' ? resume : () => resume;
  const stepOf = (actions: readonly Action[]): Step<AnyMachineSnapshot, AnyEventObject, AnyEventObject> => {
    const found = read(actions, policy);
    return {
      timers: found.timers,
      then: (snapshot, context) => {
        for (const event of found.emitted) emitted(event as EmittedFrom<TMachine>, context);
        entered?.(snapshot as SnapshotFrom<TMachine>, context);
      },
    };
  };
  const behaviour = journaled<AnyMachineSnapshot, AnyEventObject, AnyEventObject>({
    ...options,
    empty: () => initialTransition(machine, input)[0] as AnyMachineSnapshot,
    begin: () => stepOf(initialTransition(machine, input)[1]),
    decide: (snapshot, event, context) => {
      if (snapshot.status !== 'active' || !snapshot.can(event)) {
        context.ignored(event.type, JSON.stringify(snapshot.value));
        return undefined;
      }
      return { ...stepOf(transition(machine, snapshot, event)[1]), events: [event] };
    },
    apply: (snapshot, event) => transition(machine, snapshot, event)[0] as AnyMachineSnapshot,
    save: (snapshot) => machine.getPersistedSnapshot(snapshot),
    load: (saved) => machine.restoreSnapshot(saved as never, undefined as never) as AnyMachineSnapshot,
    restored: (snapshot, context) => entered?.(snapshot as SnapshotFrom<TMachine>, context),
    refused: (event, lost, context) => refused(event as EventFromLogic<TMachine>, lost, context),
  });
  return behaviour;
};
