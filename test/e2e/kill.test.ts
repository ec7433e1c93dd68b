// Kills: fifty clients in pairs and groups send as fast as they are answered, the server is killed twenty times at
// moments of chance and started again on its data, everyone resumes by cursors and repeats what was unanswered. Guests
// come to groups and go again meanwhile; all read, type, watch each other and look at their inboxes. At the end the
// checker judges all that ever went over the wire.
import { afterEach, expect, test } from 'vitest';
import { Crowd } from '#test/e2e/crowd';
import { Random } from '#test/e2e/driver/random';
import { isReal } from '#test/e2e/driver/real-backend';
import { sleep } from '#test/e2e/driver/wait';
import { Stage } from '#test/e2e/stage';

// A start of the real backend takes longer; its other kills are those of test/live.
const kills = isReal() ? 6 : 20;
let stage: Stage;

afterEach(() => stage.close());

test('D2 D4 D7 D9 K5 K6 C8: SIGKILLs lose nothing, double nothing, renumber nothing', async () => {
  const random = Random.ofRun('kills');
  stage = await Stage.open();
  const crowd = await Crowd.gather(stage, random, { pairs: 25, groupOf: 5, pauseMs: 0 });
  crowd.talk();
  let openAtKills = 0;
  let whileResuming = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    crowd.visit(random);
    crowd.visit(random);
    await sleep(random.between(20, 1_500));
    openAtKills += crowd.open;
    whileResuming += crowd.clients.some(({ isReady }) => !isReady) ? 1 : 0;
    expect(await stage.server.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await stage.server.start();
  }
  await sleep(300);
  await crowd.rest(stage);
  const { answered, changed } = crowd;
  const told = [`${answered} messages`, `${changed} changes of members`, `${openAtKills} unanswered at kills`];
  process.stdout.write(`kills: ${told.join(', ')}, ${whileResuming} kills while resuming\n`);
  // The stand-in for DynamoDB stores some hundreds a second.
  expect(answered).toBeGreaterThan(kills * (isReal() ? 10 : 50));
  expect(changed).toBe(kills * 2);
  expect(openAtKills).toBeGreaterThan(kills * 10);
  expect(await stage.verdict(crowd.members)).toBe('');
  expect(await crowd.seen(stage)).toEqual([]);
  const news = (t: string): number =>
    stage.log.recordings.flatMap(({ connections }) =>
      connections.flatMap(({ traffic }) => traffic.filter(({ dir, frame }) => dir === 'in' && frame.t === t)),
    ).length;
  for (const t of ['delivered', 'read', 'typing', 'presence', 'inbox'])
    expect([t, news(t) > (isReal() ? 0 : kills)]).toEqual([t, true]);
}, 120_000);
