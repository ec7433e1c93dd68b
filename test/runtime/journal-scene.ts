/** One journal and one virtual time; servers that come, die and come back, and what their actors do. */
import type { LimitName } from '#contract/limits';
import { withLimits } from '#contract/limits';
import type { Fault } from '#contract/effects';
import type { Journal } from '#contract/ports/journal';
import { memoryJournal } from '#adapters/memory/journal';
import { journaled } from '#runtime/journaled';
import type { JournaledActor, TimerChange } from '#runtime/journaled-actor';
import type { JournalWord } from '#runtime/journaled';
import type { ResumePolicy } from '#runtime/journal-records';
import { StepDriver } from '#runtime/step-driver';
import { ActorSystem } from '#runtime/system';
import type { Behaviour, Ref } from '#runtime/types';

/** `add` is noted; `timer` adds its own name when it rings. */
export type Told =
  | { readonly add: string }
  | { readonly timer: string; readonly delayMs: number; readonly resume: ResumePolicy }
  | { readonly stop: string }
  | { readonly look: (state: readonly string[]) => void }
  | { readonly rang: string };

export interface Note {
  readonly at: number;
  readonly what: string;
}

export const scene = (limits: Partial<Record<LimitName, number>> = {}, latency: () => number = () => 1) => {
  const driver = new StepDriver('fifo', 1_000);
  const all = withLimits(limits);
  const journal = memoryJournal({ clock: driver.clock, latency, limits: all });
  /** What was durable and told, in order. */
  const notes: Note[] = [];
  const note = (what: string): void => void notes.push({ at: driver.clock.now(), what });
  const logged: string[] = [];
  const log = {
    info: () => undefined,
    warn: (text: string) => logged.push(text),
    error: (text: string) => logged.push(text),
  };
  let servers = 0;
  const server = <S, M>(behaviour: Behaviour<S, M>) => {
    servers += 1;
    const system = new ActorSystem({
      ...{ name: `server${servers}`, epoch: '1', driver, limits: all, seed: `${servers}` },
      log: log,
    });
    const ref: Ref<M> = system.spawn(behaviour, 'actor');
    return {
      system,
      send: (message: M) => {
        const refusal = ref.tell(message);
        driver.settle();
        return refusal;
      },
      crash: () => system.crash(),
    };
  };
  const pass = (ms: number): void => driver.advance(ms);
  return { driver, journal, limits: all, notes, note, logged, server, pass };
};

export type Scene = ReturnType<typeof scene>;

/** A list of words that outlives its actor. */
export const words = (
  { limits, note, journal }: Scene,
  more: Partial<JournaledActor<readonly string[], Told, string>> = {},
  through: Journal = journal,
): Behaviour<unknown, Told | JournalWord> =>
  journaled<readonly string[], Told, string>({
    ...{ kind: 'words', key: 'words', journal: through, limits, empty: () => [] },
    decide: (state, message) => {
      if ('look' in message) return { then: () => message.look(state) };
      if ('stop' in message) return { timers: [{ cancel: message.stop }] };
      if ('rang' in message) return { events: [message.rang], then: () => note(`rang ${message.rang}`) };
      if ('add' in message) return { events: [message.add], then: () => note(`added ${message.add}`) };
      const { timer: set, delayMs, resume } = message;
      const timers: TimerChange<Told>[] = [{ set, delayMs, resume, message: { rang: set } }];
      return { timers };
    },
    apply: (state, word) => [...state, word],
    refused: (message, { code, effect }: Fault) =>
      note(`refused ${'add' in message ? message.add : Object.keys(message).join()}: ${code} ${effect}`),
    fenced: () => note('fenced'),
    ...more,
  });

/** What the next owner of the journal would find. */
export const found = ({ journal, driver }: Scene, key = 'words'): unknown[] => {
  let events: unknown[] = [];
  journal.open(key)((outcome) => {
    if (outcome.ok) events = outcome.value.events.map(({ data }) => data);
  });
  driver.advance(100);
  return events;
};
