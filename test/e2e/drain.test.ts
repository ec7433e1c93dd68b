// Drains under load: the server is told to go twenty times while people send as fast as they are answered. Each time it
// announces, answers what is in flight, closes everyone with 4000 staggered, and ends with 0 in time; nothing that was
// stored is lost, and what was in flight is stored once.
import { afterEach, expect, test } from 'vitest';
import { Crowd } from '#test/e2e/crowd';
import { Random } from '#test/e2e/driver/random';
import { sleep } from '#test/e2e/driver/wait';
import { Stage } from '#test/e2e/stage';

const drains = 20;
/** The only server drains in less than drain.ms: what is left is for closing the store and the process itself. */
const aloneMs = 800;
const drainMs = 2_000;
let stage: Stage;

afterEach(() => stage.close());

test('C18 C19 C22 C24: twenty drains under load end with 0 in time, lose nothing and store nothing twice', async () => {
  const random = Random.ofRun('drains');
  stage = await Stage.open({ limits: { 'drain.aloneMs': aloneMs, 'drain.ms': drainMs } });
  const crowd = await Crowd.gather(stage, random, { pairs: 15, groupOf: 5, pauseMs: 2 });
  crowd.talk();
  let openAtDrains = 0;
  let longestMs = 0;
  for (let drain = 0; drain < drains; drain += 1) {
    await sleep(random.between(50, 700));
    openAtDrains += crowd.open;
    const startedAt = performance.now();
    expect(await stage.server.terminate(drainMs)).toEqual({ code: 0, signal: null });
    longestMs = Math.max(longestMs, performance.now() - startedAt);
    await stage.server.start();
  }
  await sleep(300);
  await crowd.rest(stage);
  process.stdout.write(`drains: ${crowd.answered} messages, ${openAtDrains} unanswered at drains, `);
  process.stdout.write(`the longest took ${Math.round(longestMs)} ms of drain.ms ${drainMs}\n`);
  expect(openAtDrains).toBeGreaterThan(drains);
  expect(await stage.verdict(crowd.members)).toBe('');
  const codes = stage.log.recordings.flatMap(({ connections }) => connections.map(({ closed }) => closed?.code));
  const announced = stage.log.recordings.flatMap(({ connections }) =>
    connections.filter(({ traffic }) => traffic.some(({ frame }) => frame.t === 'server_maintenance')),
  );
  expect(codes.filter((code) => code === 4000).length).toBeGreaterThan(drains * 10);
  expect(announced.length).toBeGreaterThan(drains * 10);
}, 120_000);
