// `npm run services`: what it starts answers, what it prints can be used, and what it ends is gone.
import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bornAt } from '#scripts/services/processes';
import { envOf } from '#scripts/services/given';
import { eventually, freshFolder, redis, services, startCommand, statusOf } from '#test/live/services/kit';

const small = ['--shards', '1', '--replicas', '0', '--sentinels', '0'];

/** A folder whose services end with the test. */
const folderOfTest = (): string => {
  const folder = freshFolder();
  onTestFinished(async () => void (await services(['down', '--dir', folder])));
  return folder;
};

describe('npm run services', () => {
  it('up tells its progress and prints its status; env can be used; down leaves no process and no data', async () => {
    const folder = folderOfTest();
    const up = await services(['up', ...small, '--dir', folder]);
    expect(up).toMatchObject({ status: 0 });
    for (const kind of ['redis', 'kafka', 'dynamodb']) expect(up.stderr).toMatch(new RegExp(`^${kind}: ready`, 'm'));
    const status = statusOf(up);
    expect(status.up).toBe(true);
    expect(status.processes.map(({ name }) => name).sort()).toEqual([
      ...['durable', 'dynamodb', 'kafka-1', 'shard-0-primary'],
    ]);

    const { stdout } = await services(['env', '--dir', folder]);
    const env = envOf(Object.fromEntries(Object.entries(status.services).map(([name, { url }]) => [name, url])));
    expect(stdout).toBe(
      Object.entries(env)
        .map(([name, value]) => `export ${name}='${value}'\n`)
        .join(''),
    );
    const again = await services(['up', '--dir', folder], env);
    expect(statusOf(again).processes).toEqual(status.processes);

    expect(await services(['down', '--dir', folder])).toMatchObject({ status: 0, stderr: '4 processes ended\n' });
    expect(status.processes.filter(({ pid }) => bornAt(pid) !== undefined)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(await services(['status', '--dir', folder])).toMatchObject({ status: 1 });
  });

  it('two that come up side by side do not meet', async () => {
    const up = () => services(['up', ...small, '--only', 'redis', '--dir', folderOfTest()]);
    const [one, other] = (await Promise.all([up(), up()])).map(statusOf);
    const ports = [one, other].flatMap((status) => status?.processes.map(({ port }) => port) ?? []);
    expect(new Set(ports).size).toBe(4);
  });

  it('starts again what has died', async () => {
    const folder = folderOfTest();
    const [first] = statusOf(await services(['up', ...small, '--only', 'redis', '--dir', folder])).processes;
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await eventually(() => bornAt(first?.pid ?? 0) === undefined, 5_000);
    expect(await services(['status', '--dir', folder])).toMatchObject({ status: 1 });
    const revived = await services(['up', '--only', 'redis', '--dir', folder]);
    expect(revived.stderr).toContain('shard-0-primary: starting again');
    expect(statusOf(revived).up).toBe(true);
  });

  it('uses what is given by URL, and does not stop it', async () => {
    const [theirs, ours] = [folderOfTest(), folderOfTest()];
    const given = statusOf(await services(['up', ...small, '--only', 'redis', '--dir', theirs]));
    const url = given.services['redis']?.url ?? '';
    const up = await services(['up', '--only', 'redis', '--dir', ours], { HOGMANAY_REDIS: url });
    expect(statusOf(up)).toMatchObject({ services: { redis: { url, given: true } }, processes: [] });
    expect(await services(['down', '--dir', ours])).toMatchObject({ status: 0 });
    for (const server of given.processes) expect(await redis(server, 'PING')).toBe('PONG');
  });

  it('says which of the services given does not answer', async () => {
    const env = { HOGMANAY_REDIS: 'redis://127.0.0.1:1' };
    const up = await services(['up', '--only', 'redis', '--dir', folderOfTest()], env);
    expect(up).toMatchObject({ status: 1 });
    expect(up.stderr).toContain('HOGMANAY_REDIS=redis://127.0.0.1:1 does not answer');
  });

  it('an interrupted up leaves nothing behind', async () => {
    const folder = folderOfTest();
    const child = startCommand(['up', '--dir', folder]);
    let progress = '';
    child.stderr.on('data', (chunk: Buffer) => (progress += chunk.toString()));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await eventually(() => progress.includes('redis: ready'), 30_000);
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(progress).toContain('interrupted: nothing is left running');
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    [['up', '--shards', '0'], 'shards must be a whole number from 1 to 64'],
    [['up', '--only', 'mysql'], '--only mysql: one of redis, kafka, dynamodb'],
    [['sideways'], 'npm run services -- COMMAND'],
  ])('refuses %j and says why', async (args, reason) => {
    const said = await services([...args, '--dir', folderOfTest()]);
    expect(said.status).toBeGreaterThan(0);
    expect(said.stderr).toContain(reason);
  });
});
