// Kills between every two steps of append, acknowledge, fan-out and clear mark: the server ends itself at the n-th time
// it comes by a named point (crash-server.mjs), three times a point; then the checker judges.
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Crowd } from '#test/e2e/crowd';
import { Random } from '#test/e2e/driver/random';
import { sleep, within } from '#test/e2e/driver/wait';
import { Stage } from '#test/e2e/stage';

const points = [
  'before:append',
  'after:append',
  'before:fanOut',
  'after:fanOut',
  'before:markFanned',
  'after:markFanned',
];
const entry = fileURLToPath(new URL('crash-server.mjs', import.meta.url));
const crashes = 3;

let stage: Stage;

afterEach(() => stage.close());

describe('a crash at a point', () => {
  test.each(points)('D4 D7 K5 K6 C8: %s', async (point) => {
    const random = Random.ofRun(point);
    // Marks are written by themselves soon, so that their points come by while people talk.
    stage = await Stage.open({ entry, limits: { 'fanout.markMs': 5 } });
    const crowd = await Crowd.gather(stage, random, { pairs: 2, groupOf: 4, pauseMs: 15 });
    crowd.talk();
    await stage.server.kill();
    for (let crash = 0; crash < crashes; crash += 1) {
      const nth = random.between(1, 12);
      // At once; or a moment later, in which whatever was on its way to clients gets there.
      const afterMs = random.pick([0, 15]);
      const plan = { CRASH_AT: point, CRASH_NTH: `${nth}`, CRASH_AFTER_MS: `${afterMs}` };
      // What the crash before left marked is fanned out at the start: the point may come by before anybody is let in.
      await stage.server.start(plan).catch((why: Error) => expect(why.message).toContain(`crash at ${point}`));
      const exit = await within(
        stage.server.exited,
        () => `${point} for the ${nth}th time\n${stage.log.story()}`,
        15_000,
      );
      expect(exit).toEqual({ code: null, signal: 'SIGKILL' });
      expect(stage.server.output).toContain(`crash at ${point}`);
    }
    const before = crowd.answered;
    await stage.server.start();
    await sleep(200);
    await crowd.rest(stage);
    expect(crowd.answered).toBeGreaterThan(before);
    expect(await stage.verdict(crowd.members)).toBe('');
  });
});
