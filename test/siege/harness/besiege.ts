/**
 * One campaign: a server, a crowd that chats, and one attack after the other. Quiet phases and attacks take turns, so
 * that each attack is compared with the same crowd on the same machine, moments before and after.
 */
import { Random } from '#test/e2e/driver/random';
import { sleep } from '#test/e2e/driver/wait';
import { secret, Stage } from '#test/e2e/stage';
import type { Attack, Tally } from '#test/siege/attack';
import type { Campaign } from '#test/siege/attacks/campaigns';
import { Attackers } from '#test/siege/harness/attacker-process';
import { p99, Phase, Stalls, together } from '#test/siege/harness/figures';
import type { Times } from '#test/siege/harness/figures';
import { forgetPeak, memoryOf } from '#test/siege/harness/memory';
import { Townspeople } from '#test/siege/harness/townspeople';
import { memoryDuring, slowness, verdict } from '#test/siege/harness/verdict';
import type { Measured } from '#test/siege/harness/verdict';

export interface Pacing {
  readonly pairs: number;
  /** How long a quiet phase lasts, and how long attackers go on (the last of their waits may take longer), in ms. */
  readonly quietMs: number;
  readonly attackMs: number;
  /** Quiet and attack, so many times. */
  readonly turns: number;
}

export interface Siege {
  readonly attack: Attack;
  readonly measured: Measured;
  /** Empty: borne. */
  readonly findings: readonly string[];
}

/** A strike in whatever way: by the process of the attackers, or planted by a test. */
export type Strike = (attack: Attack, forMs: number) => Promise<Tally>;

/**
 * How often an attack that was found too slow is measured again, each time for twice as long: noise passes, and one
 * pause of the machine is no hundredth of a longer time; slowness stays.
 */
const tries = 4;

const patienceMs = 5_000;

/** A server that has just started is slower than it will be: what it compiles now is no baseline. */
const warmUpMs = 1_000;

const merged = (tallies: readonly Tally[]): Tally => {
  const answers: Record<string, number> = {};
  for (const tally of tallies)
    for (const [what, count] of Object.entries(tally.answers)) answers[what] = (answers[what] ?? 0) + count;
  return { answers, wrong: tallies.flatMap(({ wrong }) => wrong) };
};

/** One attack, in turns with quiet phases; the last phase is a quiet one. */
export async function measure(
  town: Townspeople,
  pid: number,
  attack: Attack,
  strike: Strike,
  { quietMs, attackMs, turns }: Pacing,
): Promise<Measured> {
  const quiet: Phase[] = [];
  const attacks: Phase[] = [];
  const tallies: Tally[] = [];
  const stalls = new Stalls();
  const begin = (phases: Phase[]): void => {
    town.phase = new Phase();
    phases.push(town.phase);
  };
  begin(quiet);
  await sleep(quietMs);
  const before = memoryOf(pid);
  forgetPeak(pid);
  for (let turn = 0; turn < turns; turn += 1) {
    const { phase } = town;
    begin(attacks);
    phase.handOver(town.phase);
    const [tally] = await Promise.all([strike(attack, attackMs), sleep(attackMs)]);
    tallies.push(tally);
    begin(quiet);
    await sleep(quietMs);
  }
  const memory = memoryDuring(before, memoryOf(pid));
  const now = performance.now();
  stalls.stop();
  const [calm, stormy] = [quiet, attacks].map((phases) => together(phases, now, stalls.noted)) as [Times, Times];
  return {
    sends: { quiet: calm.stored.length, attack: stormy.stored.length },
    stored: { quietMs: p99(calm.stored), attackMs: p99(stormy.stored) },
    delivered: { quietMs: p99(calm.delivered), attackMs: p99(stormy.delivered) },
    memory,
    tally: merged(tallies),
    harm: town.takeHarm(),
  };
}

/** Measures until it is not too slow, a few times at most: the last measurement counts. */
export async function judge(attack: Attack, measured: (times: number) => Promise<Measured>): Promise<Siege> {
  for (let turn = 1; ; turn += 1) {
    const last = await measured(2 ** (turn - 1));
    const findings = verdict(attack, last);
    const isSlowOnly = findings.length > 0 && findings.length === slowness(last).length;
    if (turn === tries || !isSlowOnly) return { attack, measured: last, findings };
  }
}

const stretched = (pacing: Pacing, times: number): Pacing => ({
  ...pacing,
  quietMs: pacing.quietMs * times,
  attackMs: pacing.attackMs * times,
});

/** The whole campaign; `told` hears of each attack as it ends. Answers what the crowd's checker finds at the end. */
export async function besiege(
  { limits, attacks }: Campaign,
  pacing: Pacing,
  told: (siege: Siege) => void,
): Promise<string[]> {
  const stage = await Stage.open({ limits });
  const attackers = new Attackers();
  try {
    const town = await Townspeople.gather(stage, Random.ofRun('siege'), pacing.pairs);
    await sleep(warmUpMs);
    const { hostname: host, port } = new URL(stage.server.http ?? '');
    const foreign = town.conversations.slice(0, 3);
    const target = { host, port: Number(port), secret, limits, patienceMs, foreign };
    const strike: Strike = ({ name }, forMs) => attackers.strike(name, { ...target, forMs });
    for (const attack of attacks)
      told(await judge(attack, (times) => measure(town, stage.server.pid, attack, strike, stretched(pacing, times))));
    return await town.reckoning(stage);
  } finally {
    attackers.stop();
    await stage.close();
  }
}
