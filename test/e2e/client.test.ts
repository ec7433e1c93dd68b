// The client against a server of its own: the example of docs/clients.md, servers that are killed, clients that are.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '#client/node';
import type { Chat, NodeOptions } from '#client/node';
import { seededRandom } from '#runtime/random';
import { Wire } from '#test/e2e/driver/wire';
import { Stage, tokenFor } from '#test/e2e/stage';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder = '';
let stage: Stage | undefined;
const chats: Chat[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hogmanay-client-'));
});

afterEach(async () => {
  for (const chat of chats.splice(0)) chat.stop();
  await stage?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The port changes with each start of the server, so clients are made through a door that stays. */
const chatOf = async (user: string, url: string, more: Partial<NodeOptions> = {}): Promise<Chat> => {
  const chat = connect({ url, token: await tokenFor(user), device: 'phone', ...more });
  chats.push(chat);
  return chat;
};

const until = async (what: () => boolean, why: () => string, withinMs = 20_000): Promise<void> => {
  const end = Date.now() + withinMs;
  while (!what()) {
    if (Date.now() > end) throw new Error(why());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

it('the example of docs/clients.md runs as it stands', { timeout: 30_000 }, async () => {
  stage = await Stage.open();
  const page = readFileSync(join(root, 'docs/clients.md'), 'utf8');
  const example = /```js\n([^]*?)```/.exec(page)?.[1] ?? '';
  const inFolder = example.replace("'outbox.jsonl'", `'${join(folder, 'outbox.jsonl')}'`);
  expect(inFolder).not.toBe(example);
  const env = { ...process.env, SERVER_URL: stage.server.http, TOKEN: await tokenFor('alice') };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', inFolder], { cwd: root, env });
  expect(stdout).toBe('alice: Happy new year!\nstored as number 1\n');
});

it('K5 K6 K11 everything is there once and in order while the server is killed again and again', async () => {
  const random = seededRandom('kills of a server under the client');
  stage = new Stage();
  await stage.server.start();
  const { server } = stage;
  const wire = await Wire.to(() => server.http);
  const { url } = wire;
  try {
    const limits = { 'reconnect.baseMs': 50, 'reconnect.capMs': 200, 'polling.after': 1_000 };
    const [alice, bob] = [await chatOf('alice', url, { limits }), await chatOf('bob', url, { limits })];
    const shown = { alice: [] as string[], bob: [] as string[] };
    alice.on('message', ({ seq, body }) => shown.alice.push(`${seq} ${body}`));
    bob.on('message', ({ seq, body }) => shown.bob.push(`${seq} ${body}`));
    const { conv } = await alice.open(['bob']);
    const stored: Promise<unknown>[] = [];
    for (let kill = 0; kill < 3; kill += 1) {
      for (let n = 0; n < 40; n += 1) stored.push(alice.send(conv, `message ${kill * 40 + n}`).stored);
      await new Promise((resolve) => setTimeout(resolve, 20 + random.int(100)));
      await stage.server.kill();
      await stage.server.start();
    }
    await Promise.all(stored);
    const wanted = Array.from({ length: 120 }, (_, n) => `${n + 1} message ${n}`);
    await until(
      () => shown.bob.length >= 120 && shown.alice.length >= 120,
      () => `${shown.bob.length} and ${shown.alice.length} came`,
    );
    expect(shown).toEqual({ alice: wanted, bob: wanted });
  } finally {
    wire.close();
  }
}, 60_000);

it('a client that is killed sends what it had saved when it starts again', { timeout: 60_000 }, async () => {
  const file = join(folder, 'outbox.jsonl');
  const program = `
    import { connect } from 'hogmanay/client';
    const chat = connect({ url: 'http://127.0.0.1:1', token: 'none', device: 'phone', file: ${JSON.stringify(file)} });
    for (let n = 0; ; n += 1) {
      chat.send(process.env.CONV, 'message ' + n);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }`;
  stage = await Stage.open();
  const bob = await chatOf('bob', stage.server.http ?? '');
  const { conv } = await bob.open(['alice']);
  const shown: string[] = [];
  bob.on('message', ({ body }) => shown.push(body));
  const env = { ...process.env, CONV: conv };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env,
    stdio: 'ignore',
  });
  const puts = (): number => [...readText(file).matchAll(/"do":"put"/g)].length;
  await until(
    () => puts() > 20,
    () => 'nothing was saved',
  );
  const saved = puts();
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const alice = await chatOf('alice', stage.server.http ?? '', { file });
  await until(
    () => alice.state === 'connected' && alice.unsent === 0 && shown.length >= saved,
    () => `${shown.length} of ${saved} came, ${alice.unsent} wait`,
  );
  expect(shown).toEqual(shown.map((_, n) => `message ${n}`));
});

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
