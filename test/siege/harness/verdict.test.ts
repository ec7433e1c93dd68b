// The verdict of a siege, over planted figures: each thing that can be wrong is found, and nothing else is.
import { describe, expect, test } from 'vitest';
import { sleep } from '#test/e2e/driver/wait';
import type { Attack } from '#test/siege/attack';
import { judge } from '#test/siege/harness/besiege';
import { elapsed, p99, Phase, Stalls, together } from '#test/siege/harness/figures';
import { allowedRatio, fewestSends, floorMs, slowness, verdict } from '#test/siege/harness/verdict';
import type { Measured } from '#test/siege/harness/verdict';

const attack: Attack = { name: 'planted', answer: 'none', memoryMiB: 64, strike: () => Promise.resolve() };

const fine: Measured = {
  sends: { quiet: 1_000, attack: 1_000 },
  stored: { quietMs: 10, attackMs: 49 },
  delivered: { quietMs: 10, attackMs: 49 },
  memory: { beforeMiB: 100, peakMiB: 164 },
  tally: { answers: { '1009': 20 }, wrong: [] },
  harm: [],
};

describe('verdict', () => {
  test('up to five times as slow is borne, and memory up to its bound', () => {
    expect(verdict(attack, fine)).toEqual([]);
  });

  test.each<[string, Partial<Measured>, RegExp]>([
    ['a p99 of stored six times as high', { stored: { quietMs: 10, attackMs: 60 } }, /^p99 of stored: 60\.0 ms/],
    ['a p99 of messages six times as high', { delivered: { quietMs: 10, attackMs: 60 } }, /^p99 of delivered/],
    ['a p99 of six times the floor', { stored: { quietMs: 0.1, attackMs: 6 * floorMs } }, /^p99 of stored/],
    ['memory over its bound', { memory: { beforeMiB: 100, peakMiB: 165 } }, /^memory grew from 100 to 165 MiB/],
    ['somebody disconnected', { harm: ['user1 was disconnected with 1006'] }, /^user1 was disconnected/],
    ['a wrong answer', { tally: { answers: { x: 1 }, wrong: ['1006 instead of 1009'] } }, /^1006 instead of 1009/],
    ['no answer at all', { tally: { answers: {}, wrong: [] } }, /no answer at all/],
    ['a crowd that hardly spoke', { sends: { quiet: 1_000, attack: fewestSends - 1 } }, /^only 99 sends while attack/],
  ])('%s is found', (_what, planted, found) => {
    const findings = verdict(attack, { ...fine, ...planted });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(found);
  });

  test('below the floor nothing is slow: a quiet p99 of nearly nothing counts as the floor', () => {
    expect(slowness({ ...fine, stored: { quietMs: 0.1, attackMs: allowedRatio * floorMs } })).toEqual([]);
  });

  test('where memory cannot be known, nothing is said of it', () => {
    expect(verdict(attack, { ...fine, memory: null })).toEqual([]);
  });
});

describe('measuring again', () => {
  const slow: Measured = { ...fine, stored: { quietMs: 10, attackMs: 60 } };

  /** The verdict over these measurements, one after the other, and how many of them were needed. */
  const judged = async (...measurements: Measured[]): Promise<[number, number]> => {
    const left = [...measurements];
    const { findings } = await judge(attack, () => Promise.resolve(left.shift() ?? fine));
    return [findings.length, measurements.length - left.length];
  };

  test('what was slow up to three times was the machine; four times, the attack', async () => {
    expect(await judged(slow, slow, slow, fine)).toEqual([0, 4]);
    expect(await judged(slow, slow, slow, slow, fine)).toEqual([1, 4]);
  });

  test('nothing else is given another chance', async () => {
    const harmed: Measured = { ...slow, harm: ['user1 was disconnected with 1006'] };
    expect(await judged(harmed, fine)).toEqual([2, 1]);
    expect(await judged(fine, slow)).toEqual([0, 1]);
  });
});

describe('figures', () => {
  test('the p99 is what 99 of 100 do not exceed', () => {
    const times = Array.from({ length: 1_000 }, (_, index) => index + 1);
    expect(p99(times.reverse())).toBe(990);
    expect(p99([7])).toBe(7);
    expect(p99([])).toBe(0);
  });

  test('when the measuring process stood still, the server was not slow', () => {
    const stalls = [
      { from: 90, to: 120 },
      { from: 150, to: 160 },
      { from: 300, to: 400 },
    ];
    expect(elapsed(100, 200, stalls)).toBe(70);
    const phase = new Phase();
    phase.send(100).stored(200);
    expect(phase.times(220, stalls)).toEqual({ stored: [70], delivered: [90] });
  });

  test('a process that stands still notices', async () => {
    const stalls = new Stalls();
    await sleep(20);
    const from = performance.now();
    while (performance.now() - from < 60);
    await sleep(20);
    stalls.stop();
    const longest = Math.max(...stalls.noted.map((stall) => stall.to - stall.from));
    expect(longest).toBeGreaterThan(45);
  });

  test('what is under way when the quiet ends is the attack’s', () => {
    const [quiet, attack] = [new Phase(), new Phase()];
    const [done, late] = [quiet.send(100), quiet.send(200)];
    done.stored(110);
    done.delivered(110);
    late.stored(210);
    quiet.handOver(attack);
    late.delivered(400);
    expect(quiet.times(500)).toEqual({ stored: [10], delivered: [10] });
    expect(attack.times(500)).toEqual({ stored: [10], delivered: [200] });
  });

  test('what has no answer yet has taken until now', () => {
    const phase = new Phase();
    const { stored } = phase.send(100);
    phase.send(150);
    stored(110);
    expect(together([phase], 300)).toEqual({ stored: [10, 150], delivered: [200, 150] });
  });
});
