/**
 * One actor in isolation: no server, virtual time, ports answered by hand. Spawn it, send, step, advance, and look at
 * what it was told, what it told others, what it asked of its ports and what was lost.
 *
 *     const append = held<MessageStore['append']>();
 *     const session = recorder<ToSession>('session');
 *     const { send, advance } = probe(conversation({ append }));
 *     send({ t: 'submit', reply: session, ... });
 *     append.take().answer({ kind: 'appended', ... });   // then settle(), or the next send
 *     advance(250);
 *     expect(session.take()).toEqual([{ t: 'stored', ... }]);
 */
import { failed, ok } from '#contract/effects';
import type { Done, Effect, Fault } from '#contract/effects';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { Log } from '#contract/ports/system';
import type { DeadLetter } from '#runtime/dead-letters';
import { StepDriver } from '#runtime/step-driver';
import type { StepPolicy } from '#runtime/step-driver';
import { ActorSystem } from '#runtime/system';
import type { Behaviour, Cause, Observer, Ref, Supervision } from '#runtime/types';

export interface ProbeOptions {
  readonly limits?: Partial<Record<LimitName, number>>;
  /** All randomness of the actors comes from it; the same seed draws the same. */
  readonly seed?: string;
  /** Who goes next when several actors are ready; `fifo` unless said otherwise. */
  readonly policy?: StepPolicy;
  readonly mailbox?: number;
  readonly supervision?: Supervision;
  /** Last part of the actor's path. */
  readonly name?: string;
  readonly startAt?: number;
}

/** One envelope, as it was handled. */
export interface Line {
  readonly path: string;
  readonly id: number;
  readonly cause: Cause;
  readonly from: string;
  readonly at: number;
  readonly message: unknown;
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Probe<M> {
  readonly system: ActorSystem;
  readonly driver: StepDriver;
  readonly ref: Ref<M>;
  /** Every envelope that any actor of the system handled, in order. */
  readonly transcript: readonly Line[];
  readonly logged: readonly LogLine[];
  /** What was lost so far, oldest first. */
  readonly deadLetters: () => readonly DeadLetter[];
  /** What the probed actor itself has handled, life cycle included. */
  readonly received: readonly unknown[];
  /** Puts a message into the mailbox. Nothing runs yet. */
  readonly tell: (message: M) => Fault | undefined;
  /** Tells, then runs until nobody is ready. */
  readonly send: (message: M) => Fault | undefined;
  /** One turn of one actor; false when nobody is ready. */
  readonly step: () => boolean;
  /** Runs until nobody is ready. Time stands. */
  readonly settle: () => void;
  /** Lets virtual time pass; timers ring at their own time. */
  readonly advance: (ms: number) => void;
}

/** Spawns one actor in a system of its own and lets it start. */
export const probe = <S, M>(behaviour: Behaviour<S, M>, options: ProbeOptions = {}): Probe<M> => {
  const { mailbox, supervision, name = 'actor' } = options;
  const received: unknown[] = [];
  const { system, driver, transcript, logged } = world(options, ({ path, message }) => {
    if (path === ref.path) received.push(message);
  });
  const ref = system.spawn(behaviour, name, {
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(supervision === undefined ? {} : { supervision }),
  });
  driver.settle();
  return {
    ...{ system, driver, ref, transcript, logged, received },
    deadLetters: () => system.deadLetters.newest(),
    tell: (message) => ref.tell(message),
    send: (message) => {
      const refusal = ref.tell(message);
      driver.settle();
      return refusal;
    },
    step: () => driver.step(),
    settle: () => driver.settle(),
    advance: (ms) => driver.advance(ms),
  };
};

/** A virtual system without anybody in it, and what is seen of it: for tests with several actors. */
export const world = (options: ProbeOptions = {}, see: (line: Line) => void = () => undefined) => {
  const driver = new StepDriver(options.policy ?? 'fifo', options.startAt ?? 0);
  const transcript: Line[] = [];
  const logged: LogLine[] = [];
  const observer: Observer = (path, { id, cause, from, at, message }) => {
    const line = { path, id, cause, from, at, message };
    transcript.push(line);
    see(line);
  };
  const limits = withLimits(options.limits);
  const { seed = 'probe' } = options;
  const system = new ActorSystem({ name: 'probe', epoch: '1', driver, limits, log: logInto(logged), seed, observer });
  return { system, driver, transcript, logged };
};

const logInto = (lines: LogLine[]): Log => {
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push({ level, message, fields });
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
};

/** One call of a port that waits for its answer. */
export interface HeldCall<A extends readonly unknown[], T> {
  readonly args: A;
  /** The effect succeeds with `value`. */
  answer(value: T): void;
  fail(fault: Fault): void;
  /** As handed to the port: for outcomes that come twice or late. */
  readonly done: Done<T>;
}

type Port = (...args: never[]) => Effect<unknown>;
type ValueOf<P extends Port> = ReturnType<P> extends Effect<infer T> ? T : never;

/** A method of a port, held: to be handed to an actor where it expects the port. */
export type Held<P extends Port> = P & {
  /** Every call so far, in order. */
  readonly calls: readonly HeldCall<Parameters<P>, ValueOf<P>>[];
  /** The oldest call that was not taken yet; throws when there is none. */
  take(): HeldCall<Parameters<P>, ValueOf<P>>;
};

/** A port method that is answered by hand: `const read = held<MessageStore['read']>()`. */
export const held = <P extends Port>(): Held<P> => {
  type Call = HeldCall<Parameters<P>, ValueOf<P>>;
  const calls: Call[] = [];
  let taken = 0;
  const port =
    (...args: Parameters<P>): Effect<ValueOf<P>> =>
    (done) => {
      calls.push({ args, done, answer: (value) => done(ok(value)), fail: (fault) => done(failed(fault)) });
    };
  const take = (): Call => {
    const call = calls[taken];
    if (call === undefined) throw new Error(`no call waits for an answer (there were ${calls.length})`);
    taken += 1;
    return call;
  };
  return Object.assign(port as unknown as P, { calls, take });
};

/** An address that writes down what it is told. */
export interface Recorder<M> extends Ref<M> {
  /** All that it was told. */
  readonly heard: readonly M[];
  /** What it was told since the last `take`. */
  take(): readonly M[];
  /** From now on it refuses with this fault; `undefined`: no longer. */
  refuse(fault: Fault | undefined): void;
}

/** Stands in for another actor. */
export const recorder = <M>(path = 'recorder'): Recorder<M> => {
  const heard: M[] = [];
  let taken = 0;
  let refusal: Fault | undefined;
  return {
    path,
    heard,
    tell: (message) => {
      if (refusal === undefined) heard.push(message);
      return refusal;
    },
    take: () => {
      const news = heard.slice(taken);
      taken = heard.length;
      return news;
    },
    refuse: (fault) => {
      refusal = fault;
    },
  };
};
