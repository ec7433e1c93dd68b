/**
 * Servers over the services of HOGMANAY_*: one conversation on three servers against the same on one, in turns, in one
 * run (messages a second, the share of each server, p99); and what a message costs one server on the real stack, by the
 * same load as test/bench/chat.mjs. It runs what `npm run build` made:
 *
 *     node test/bench/servers.mjs [--rounds 5] [--seconds 5] [--quick] [--save]
 *
 * Exit status 1: three servers are slower than 0.8 of one, or one of them has less than a fifth.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { save } from '#scripts/lib/figures';
import { sweep } from '#scripts/lib/sweep';

const targets = { ratio: 0.8, share: 0.2 };
const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/src/cli/main.js');
const secret = 'the secret of the benchmark, long enough for HS256';
/** Enough that each of three servers always has a whole group waiting. */
const window = 24;
const talkers = 12;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const rounds = values.quick ? 1 : Number(values.rounds);
const seconds = values.quick ? 3 : Number(values.seconds);

/** What this bench reads of a server's frames.
 * @typedef {{ t: string, id: string, conv: string, seq: number, code?: string, message?: string }} Frame */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** @param {Record<string, string>} env */
function startServer(env) {
  const data = mkdtempSync(join(tmpdir(), 'hogmanay-bench-'));
  const unlimited = ['frames.perSecond', 'send.user.perSecond', 'send.ip.perSecond'];
  const limits = unlimited.flatMap((name) => ['--limit', `${name}=0`]);
  const args = [main, 'serve', '--backend', 'real', '--port', '0', '--ops-port', '0', '--data', data, ...limits];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  /** @type {Promise<{ url: string, pid: number, stop: () => Promise<void> }>} */
  const started = new Promise((resolve, reject) => {
    let heard = '';
    // Of the log only the end, for when it does not start.
    let told = '';
    child.stderr.on('data', (text) => (told = `${told}${String(text)}`.slice(-2_000)));
    child.once('exit', () => reject(new Error(`the server ended before it listened: ${heard}${told}`)));
    child.stdout.on('data', (text) => {
      heard += String(text);
      const url = /^listening on http(:\S+)$/m.exec(heard)?.[1];
      if (url === undefined) return;
      const stop = () =>
        new Promise((/** @type {(value: void) => void} */ ended) => {
          child.once('exit', () => ended());
          child.kill('SIGKILL');
          running.delete(child);
          rmSync(data, { recursive: true, force: true });
        });
      resolve({ url: `ws${url}`, pid: child.pid ?? 0, stop });
    });
  });
  return started;
}

/**
 * Somebody who keeps `window` sends unanswered.
 * @param {string} user
 * @param {string} url
 */
async function enter(user, url) {
  const token = await new SignJWT({ sub: user })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
  const socket = new WebSocket(`${url}/ws`, ['hogmanay.v1'], { perMessageDeflate: false });
  const say = (/** @type {object} */ frame) => socket.send(JSON.stringify(frame));
  /** @type {number[]} */
  const times = [];
  /** @type {Map<string, number>} */
  const sent = new Map();
  const talk = { conv: '', isOn: false, count: 0 };
  /** @type {Map<string, (frame: Frame) => void>} */
  const waiting = new Map();
  const send = () => {
    talk.count += 1;
    const id = `${user}-${String(talk.count).padStart(8, '0')}`;
    sent.set(id, performance.now());
    say({ t: 'send', id, conv: talk.conv, body: 'x'.repeat(100) });
  };
  socket.on('message', (data) => {
    const frame = /** @type {Frame} */ (/** @type {unknown} */ (JSON.parse(String(data))));
    waiting.get(frame.t)?.(frame);
    if (frame.t === 'message' && frame.seq % 32 === 0) say({ t: 'ack', conv: frame.conv, seq: frame.seq });
    if (frame.t === 'error') throw new Error(`${frame.code}: ${frame.message}`);
    if (frame.t !== 'stored') return;
    times.push(performance.now() - (sent.get(frame.id) ?? 0));
    sent.delete(frame.id);
    if (frame.seq % 32 === 0) say({ t: 'ack', conv: frame.conv, seq: frame.seq });
    if (talk.isOn) send();
  });
  const next = (/** @type {string} */ t) =>
    new Promise((/** @type {(frame: Frame) => void} */ resolve) => waiting.set(t, resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const ready = next('ready');
  say({ t: 'hello', token, device: 'd1', cursors: {} });
  await ready;
  return {
    times,
    open: async (/** @type {string[]} */ members) => {
      const opened = next('opened');
      say({ t: 'open', id: 'open-0001', members, title: 'bench' });
      return (await opened).conv;
    },
    begin: (/** @type {string} */ conv) => {
      talk.conv = conv;
      talk.isOn = true;
      for (let n = 0; n < window; n += 1) send();
    },
    stop: () => (talk.isOn = false),
    close: () => socket.terminate(),
  };
}

/** @param {number} count servers @param {Record<string, string>} env */
async function talkOn(count, env) {
  const servers = await Promise.all(Array.from({ length: count }, () => startServer(env)));
  const run = randomBytes(3).toString('hex');
  const users = Array.from({ length: talkers }, (_, n) => `u${run}${n}`);
  const people = await Promise.all(users.map((user, n) => enter(user, servers[n % count]?.url ?? '')));
  try {
    const conv = await people[0]?.open(users.slice(1));
    for (const one of people) one.begin(conv ?? '');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (const { times } of people) times.length = 0;
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const ms = performance.now() - started;
    const all = people.map(({ times }) => [...times]);
    const total = all.flat().length;
    const shares = servers.map((_, index) => all.filter((_times, n) => n % count === index).flat().length / total);
    const sorted = all.flat().sort((a, b) => a - b);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
    return { perSecond: Math.round((total * 1_000) / ms), shares, p99Ms: Math.round(p99) };
  } finally {
    for (const one of people) one.stop();
    for (const one of people) one.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @param {Record<string, string>} env */
async function costOfMessage(env) {
  const server = await startServer(env);
  const settings = ['--url', server.url, '--server-pid', `${server.pid}`, '--users', '40', '--window', '8'];
  const args = [join(root, 'dist/src/load/main.js'), ...settings, '--seconds', `${seconds}`];
  const load = JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
  await server.stop();
  return load;
}

/** @param {number[]} numbers */
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

const prefix = `bench-${randomBytes(4).toString('hex')}-`;
const env = {
  .../** @type {Record<string, string>} */ (process.env),
  HOGMANAY_JWT_SECRET: secret,
  HOGMANAY_PREFIX: prefix,
};
execFileSync(process.execPath, [main, 'setup'], { env });
/** @type {Awaited<ReturnType<typeof talkOn>>[]} */
const one = [];
/** @type {Awaited<ReturnType<typeof talkOn>>[]} */
const three = [];
for (let round = 0; round < rounds; round += 1) {
  one.push(await talkOn(1, env));
  three.push(await talkOn(3, env));
  process.stdout.write(`one server ${JSON.stringify(one.at(-1))}\nthree servers ${JSON.stringify(three.at(-1))}\n`);
}
const ratio = median(three.map((found, round) => found.perSecond / (one[round]?.perSecond ?? Infinity)));
const least = median(three.map(({ shares }) => Math.min(...shares)));
const load = await costOfMessage(env);
const report = {
  what: 'one conversation, twelve people with 24 sends each unanswered, on one server and on three; and forty in pairs',
  oneServer: { perSecond: median(one.map(({ perSecond }) => perSecond)), p99Ms: median(one.map(({ p99Ms }) => p99Ms)) },
  threeServers: {
    ...{ perSecond: median(three.map(({ perSecond }) => perSecond)), p99Ms: median(three.map(({ p99Ms }) => p99Ms)) },
    ...{ ratio: Number(ratio.toFixed(3)), leastShare: Number(least.toFixed(3)) },
  },
  realStack: { perSecond: load.perSecond, serverCpuUs: load.serverCpuUs, answerMs: load.answerMs },
  targets,
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
await save('servers', report);
const { HOGMANAY_DYNAMODB: dynamodb = '', HOGMANAY_KAFKA: kafka = '' } = process.env;
await sweep({ prefix, dynamodb, kafka });
if (ratio < targets.ratio || least < targets.share) process.exitCode = 1;
process.exit();
