/** What was measured: a line to read for each attack, and the same as JSON for docs/bench. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Siege } from '#test/siege/harness/besiege';
import { allowedRatio, ratioOf } from '#test/siege/harness/verdict';
import type { Pace } from '#test/siege/harness/verdict';

const rounded = (value: number): number => Number(value.toFixed(2));

const paceLine = (what: string, pace: Pace): string => {
  const times = `${pace.quietMs.toFixed(1)} → ${pace.attackMs.toFixed(1)} ms`;
  return `${what} p99 ${times} (${ratioOf(pace).toFixed(1)} of ${allowedRatio})`;
};

/** One line for people. */
export function line({ attack, measured, findings }: Siege): string {
  const { stored, delivered, memory, tally } = measured;
  const grown =
    memory === null
      ? 'memory not known on this system'
      : `memory ${memory.beforeMiB} → ${memory.peakMiB} MiB (of +${attack.memoryMiB})`;
  const answers = Object.values(tally.answers).reduce((sum, count) => sum + count, 0);
  const figures = [paceLine('stored', stored), paceLine('message', delivered), grown, `${answers} answers`];
  return `${findings.length === 0 ? '✓' : '✗'} ${attack.name.padEnd(36)} ${figures.join(', ')}`;
}

const pace = ({ quietMs, attackMs }: Pace): object => ({ quietMs: rounded(quietMs), attackMs: rounded(attackMs) });

const entry = ({ attack, measured, findings }: Siege): object => ({
  attack: attack.name,
  answer: attack.answer,
  borne: findings.length === 0,
  storedP99: pace(measured.stored),
  messageP99: pace(measured.delivered),
  memory: { ...measured.memory, allowedMiB: attack.memoryMiB },
  sends: measured.sends,
  answers: measured.tally.answers,
});

/** Writes the figures of one campaign to a file. */
export function save(file: string, campaign: string, sieges: readonly Siege[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ campaign, attacks: sieges.map(entry) }, null, 2)}\n`);
}
