/**
 * One script, two drivers: plays it on the step driver and on nact, and hands back all that can be seen. What the two
 * show must be the same, envelope for envelope.
 */
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { Log } from '#contract/ports/system';
import type { DeadLetter } from '#runtime/dead-letters';
import { NactDriver } from '#runtime/nact-driver';
import { StepDriver } from '#runtime/step-driver';
import { ActorSystem } from '#runtime/system';
import type { Driver, Runnable } from '#runtime/types';
import { VirtualClock } from '#runtime/virtual-clock';
import type { Line } from '#testkit/probe';

export interface Stage {
  readonly system: ActorSystem;
  readonly clock: VirtualClock;
}

/** A step from outside, or milliseconds that pass. */
export type Step = (() => void) | number;
export type Script = (stage: Stage) => readonly Step[];

export interface Seen {
  readonly transcript: readonly Line[];
  readonly deadLetters: readonly DeadLetter[];
  readonly logged: readonly string[];
  readonly alive: number;
  readonly effectsOutstanding: number;
}

export interface StageOptions {
  readonly seed?: string;
  readonly limits?: Partial<Record<LimitName, number>>;
}

/** nact runs on `setImmediate`: quiet when a whole round of them scheduled nobody. */
class DrainedNact extends NactDriver {
  #scheduled = 0;

  override schedule(runnable: Runnable): void {
    this.#scheduled += 1;
    super.schedule(runnable);
  }

  async drain(): Promise<void> {
    for (let before = -1; before !== this.#scheduled;) {
      before = this.#scheduled;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** A message as data: addresses by path, functions by name only. */
const plain = (message: unknown): unknown =>
  JSON.stringify(message, (_key, value: unknown) => {
    if (typeof value === 'function') return 'function';
    const path = (value as { path?: unknown } | null)?.path;
    return typeof path === 'string' ? path : value;
  });

const open = (driver: Driver & { clock: VirtualClock }, { seed = 'stage', limits = {} }: StageOptions) => {
  const transcript: Line[] = [];
  const logged: string[] = [];
  const note = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    logged.push(`${message} ${String(fields?.['path'])} ${String(fields?.['error'])}`);
  };
  const log: Log = { info: note, warn: note, error: note };
  const observer: ActorSystem['observer'] = (path, { id, cause, from, at, message }) => {
    transcript.push({ path, id, cause, from, at, message: plain(message) });
  };
  const common = { name: 'stage', epoch: '1', limits: withLimits({ 'deadLetters.kept': 100_000, ...limits }) };
  const system = new ActorSystem({ ...common, driver, log, seed, observer });
  const seen = (): Seen => {
    const { size: alive, effectsOutstanding } = system;
    return { transcript, deadLetters: system.deadLetters.newest(), logged, alive, effectsOutstanding };
  };
  return { stage: { system, clock: driver.clock }, seen };
};

export const onSteps = (script: Script, options: StageOptions = {}): Seen => {
  const driver = new StepDriver();
  const { stage, seen } = open(driver, options);
  for (const step of script(stage)) {
    if (typeof step === 'number') driver.advance(step);
    else step();
    driver.settle();
  }
  return seen();
};

export const onNact = async (script: Script, options: StageOptions = {}): Promise<Seen> => {
  const clock = new VirtualClock();
  const driver = new DrainedNact(clock) as DrainedNact & { clock: VirtualClock };
  const { stage, seen } = open(driver, options);
  for (const step of script(stage)) {
    if (typeof step === 'number') {
      const until = clock.now() + step;
      do await driver.drain();
      while (clock.ringNext(until));
      clock.advance(Math.max(0, until - clock.now()));
    } else step();
    await driver.drain();
  }
  driver.stop();
  return seen();
};
