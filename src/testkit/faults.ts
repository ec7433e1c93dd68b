/**
 * Faults around a port, for any port whose operations are effects: what a network, a store or a crash does to a call
 * between asking and the answer. The port itself knows nothing of it.
 *
 *     const store = withFaults(ports.store, ['append'], clock, ({ args: [group] }) =>
 *       group.expected === 3 ? 'drop answer' : 'pass');
 *     const bus = withCrashPoints(ports.bus, ['fanOut'], (point) => point !== 'before:fanOut' || node.crash());
 */
import type { Effect, Fault } from '#contract/effects';
import { failed } from '#contract/effects';
import type { Clock } from '#contract/ports/system';

export type Verdict =
  | 'pass'
  /** Lost on the way there: not applied, never answered. */
  | 'drop'
  /** Lost on the way back: applied, never answered. */
  | 'drop answer'
  /** Late on the way there. */
  | { readonly delayMs: number }
  /** Answered by this fault and not applied; or applied all the same, which is when a fault says `unknown`. */
  | { readonly fail: Fault; readonly applied?: boolean };

/** One call of one of the named operations. */
export type Call<P, K extends keyof P> = {
  readonly [N in K]: { readonly operation: N; readonly args: P[N] extends (...args: infer A) => unknown ? A : never };
}[K];

/** Names of the operations that answer an effect: their result takes a `done`. */
export type Operations<P> = {
  [N in keyof P]: P[N] extends (...args: never[]) => (done: infer D) => void ? (unknown extends D ? never : N) : never;
}[keyof P] &
  string;

type Around<K> = (operation: K, args: readonly unknown[], effect: Effect<unknown>) => Effect<unknown>;

/** The same port, with a hand between asking and doing for the operations named. */
const wrapped = <P extends object, K extends string>(port: P, operations: readonly K[], around: Around<K>): P =>
  new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const operation = operations.find((one) => one === name);
      if (operation === undefined) return member.bind(target) as unknown;
      return (...args: unknown[]) => around(operation, args, Reflect.apply(member, target, args) as Effect<unknown>);
    },
  });

/** Each call of these operations meets the verdict of `rule`, given when the effect is started. */
export const withFaults = <P extends object, K extends Operations<P>>(
  port: P,
  operations: readonly K[],
  clock: Clock,
  rule: (call: Call<P, K>) => Verdict,
): P =>
  wrapped(port, operations, (operation, args, effect) => (done) => {
    const verdict = rule({ operation, args } as unknown as Call<P, K>);
    if (verdict === 'pass') return effect(done);
    if (verdict === 'drop') return;
    if (verdict === 'drop answer') return effect(() => undefined);
    if ('delayMs' in verdict) return void clock.schedule(verdict.delayMs, () => effect(done));
    const answer = (): void => done(failed(verdict.fail));
    if (verdict.applied === true) effect(answer);
    else answer();
  });

export type CrashPoint<K extends string> = `before:${K}` | `after:${K}`;

const point = <K extends string>(when: 'before' | 'after', operation: K): CrashPoint<K> => `${when}:${operation}`;

/** `reached` is asked before and after each of these operations, and answers whether it goes on from there. */
export const withCrashPoints = <P extends object, K extends Operations<P>>(
  port: P,
  operations: readonly K[],
  reached: (at: CrashPoint<K>) => boolean,
): P =>
  wrapped(port, operations, (operation, _args, effect) => (done) => {
    if (!reached(point('before', operation))) return;
    effect((outcome) => {
      if (reached(point('after', operation))) done(outcome);
    });
  });
