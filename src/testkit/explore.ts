/**
 * Runs a small scenario under every order in which its actors may take turns. A race is found by trying all of them,
 * not by luck, and the schedule that shows it is a list of numbers to paste back.
 *
 *     explore((options) => {
 *       const { system, settle } = probe(counter, options);
 *       // spawn, tell ...
 *       settle();
 *       expect(...);
 *     });
 */
import type { ProbeOptions } from '#testkit/probe';

export interface ExploreOptions {
  /** Schedules tried at most; what is left is said in the result. */
  readonly maxRuns?: number;
  /** Runs this one schedule only: a failure, replayed. */
  readonly schedule?: readonly number[];
}

export interface Explored {
  readonly runs: number;
  /** Every schedule was tried. */
  readonly complete: boolean;
}

/** One point at which several actors were ready. */
interface Choice {
  readonly index: number;
  readonly ready: readonly string[];
}

/** A schedule under which the scenario threw. */
export class ExploreFailure extends Error {
  constructor(
    readonly schedule: readonly number[],
    /** Who went where there was a choice. */
    readonly order: readonly string[],
    readonly runs: number,
    override readonly cause: unknown,
  ) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(
      `${what}\n\nfails under schedule ${runs}: ${order.join(' ') || 'the only one'}` +
        `\nreplay it with: explore(scenario, { schedule: [${schedule.join(', ')}] })`,
    );
    this.name = 'ExploreFailure';
  }
}

/** `scenario` must do the same each time but for the order of turns; hand its options to `probe` or `world`. */
export const explore = (scenario: (options: ProbeOptions) => void, options: ExploreOptions = {}): Explored => {
  const maxRuns = options.schedule === undefined ? (options.maxRuns ?? 10_000) : 1;
  let schedule: readonly number[] | undefined = options.schedule ?? [];
  let runs = 0;
  while (schedule !== undefined && runs < maxRuns) {
    runs += 1;
    schedule = nextAfter(runOnce(scenario, schedule, runs));
  }
  return { runs, complete: schedule === undefined };
};

const runOnce = (
  scenario: (options: ProbeOptions) => void,
  schedule: readonly number[],
  run: number,
): readonly Choice[] => {
  const choices: Choice[] = [];
  const choose = (ready: readonly { readonly path: string }[]): number => {
    const index = schedule[choices.length] ?? 0;
    if (index >= ready.length)
      throw new Error(`the scenario took another way: ${ready.length} ready, not ${index + 1}`);
    choices.push({ index, ready: ready.map(({ path }) => path) });
    return index;
  };
  try {
    // One envelope a turn: else a batch hides the orders within it.
    scenario({ policy: { choose }, limits: { 'mailbox.batch': 1 } });
  } catch (error) {
    const order = choices.map(({ index, ready }) => ready[index] ?? '');
    throw new ExploreFailure(
      choices.map(({ index }) => index),
      order,
      run,
      error,
    );
  }
  return choices;
};

/** Depth first: the last choice that has another way takes it. */
const nextAfter = (choices: readonly Choice[]): readonly number[] | undefined => {
  for (let last = choices.length - 1; last >= 0; last -= 1) {
    const { index, ready } = choices[last] as Choice;
    if (index + 1 < ready.length) return [...choices.slice(0, last).map((choice) => choice.index), index + 1];
  }
  return undefined;
};
