// Two drivers, one core: whatever runs on the step driver in a simulation runs on nact in production, envelope for
// envelope. Each scenario is played on both; transcripts, dead letters and logs must agree.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Region } from '#runtime/region';
import { puppet } from '#test/runtime/puppet';
import type { Play, Troupe } from '#test/runtime/puppet';
import { scenarios } from '#test/runtime/scenarios';
import { onNact, onSteps } from '#test/runtime/stage';
import type { Script, StageOptions, Step } from '#test/runtime/stage';

const both = async (script: Script, options: StageOptions = {}) => ({
  steps: onSteps(script, options),
  nact: await onNact(script, options),
});

describe('The step driver and nact show the same transcript', () => {
  test.each(scenarios)('for $title', async ({ script, options, atLeast }) => {
    const { steps, nact } = await both(script, options);
    expect(nact).toEqual(steps);
    expect(steps.transcript.length).toBeGreaterThanOrEqual(atLeast);
  });
});

/** A program: a few first puppets, told from outside now and then. */
const program =
  (actors: number, fuel: number, waits: readonly number[]): Script =>
  ({ system, clock }) => {
    const troupe: Troupe = { clock, everybody: [] };
    const region = new Region<Play>(system, 'region', { idleMs: 60, behaviour: () => puppet(troupe) });
    const keys = ['a', 'b/c', 'ü'];
    for (const key of keys) troupe.everybody.push(region.ref(key));
    for (let index = 0; index < actors; index += 1)
      troupe.everybody.push(system.spawn(puppet(troupe), `p${index}`, { mailbox: 4 }));
    const steps: Step[] = [];
    for (const [index, wait] of waits.entries())
      steps.push(() => void troupe.everybody[index % troupe.everybody.length]?.tell({ t: 'go', fuel }), wait);
    return [...steps, 1_000, () => system.stop(), 100];
  };

const programs = fc.record({
  seed: fc.string(),
  batch: fc.integer({ min: 1, max: 5 }),
  actors: fc.integer({ min: 1, max: 4 }),
  fuel: fc.integer({ min: 2, max: 5 }),
  waits: fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 3, maxLength: 10 }),
});

describe('Random programs', () => {
  test('run the same on both drivers, leave nobody behind and no effect outstanding', async () => {
    const handled: number[] = [];
    const property = fc.asyncProperty(programs, async ({ seed, batch, actors, fuel, waits }) => {
      const options = { seed, limits: { 'mailbox.batch': batch } };
      const { steps, nact } = await both(program(actors, fuel, waits), options);
      expect(nact).toEqual(steps);
      expect({ alive: steps.alive, effects: steps.effectsOutstanding }).toEqual({ alive: 0, effects: 0 });
      expect(
        steps.logged.filter((line) => !/as the dice wanted|a bad start|that throws|that fail|gave up/.test(line)),
      ).toEqual([]);
      handled.push(steps.transcript.length);
    });
    await fc.assert(property, { numRuns: 150, seed: 20_260_101 });
    expect(Math.max(...handled)).toBeGreaterThan(200);
  });

  test('run the same twice, and otherwise with another seed', () => {
    const play = (seed: string) => onSteps(program(3, 5, [10, 20, 30, 40, 50]), { seed });
    expect(play('one')).toEqual(play('one'));
    expect(play('one').transcript).not.toEqual(play('two').transcript);
  });
});
