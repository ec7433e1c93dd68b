// The chat server against a relay that stores nothing: the same load, in turns, in one run; what counts is the ratio of
// the medians. `node test/bench/chat.mjs [--rounds 5] [--seconds 3] [--save]`, after `npm run build`; --save writes
// docs/bench/<date>-chat.json. Exit 1 when the server stays below its target.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @typedef {import('../../src/load/run.ts').LoadResult} LoadResult */
/** @typedef {'relay' | 'hogmanay'} Mode */

const target = 0.4;
const root = fileURLToPath(new URL('../..', import.meta.url));
const env = { HOGMANAY_JWT_SECRET: 'the secret of the benchmark, long enough for HS256' };
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    save: { type: 'boolean', default: false },
  },
});

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} Child */

/** @type {Set<Child>} */
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Child}
 */
function launch(args, env) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/**
 * A server, once it says where it listens.
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
async function startServer(args, env = {}) {
  const child = launch(args, env);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  /** @type {Promise<string>} */
  const listening = new Promise((resolve, reject) => {
    let heard = '';
    child.stdout.on('data', (text) => {
      heard += String(text);
      const url = /^listening on (http:\S+)$/m.exec(heard)?.[1];
      if (url) resolve(url);
    });
    void gone.then(() => reject(new Error(`${args.join(' ')} ended before it listened`)));
  });
  const url = await listening;
  const stop = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  return { url, pid: child.pid ?? 0, stop };
}

/**
 * What a process printed; it must end with 0.
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<string>}
 */
async function outputOf(args, env = {}) {
  const child = launch(args, env);
  const status = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  for await (const text of child.stdout) output += String(text);
  if ((await status) !== 0) throw new Error(`${args.join(' ')} failed`);
  return output;
}

/** @param {Mode} mode */
async function round(mode) {
  const data = mkdtempSync(join(tmpdir(), 'hogmanay-bench-'));
  const main = join(root, 'dist/src/cli/main.js');
  const unlimited = ['frames.perSecond', 'send.user.perSecond', 'send.ip.perSecond'];
  const limits = unlimited.flatMap((name) => ['--limit', `${name}=0`]);
  const served = [main, 'serve', '--port', '0', '--ops-port', '0', '--data', data, ...limits];
  const server = await startServer(mode === 'relay' ? [join(root, 'test/bench/relay.mjs')] : served, env);
  try {
    const settings = ['--mode', mode, '--url', server.url, '--server-pid', `${server.pid}`];
    const load = [join(root, 'dist/src/load/main.js'), ...settings, '--seconds', values.seconds];
    return /** @type {LoadResult} */ (JSON.parse(await outputOf(load, env)));
  } finally {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** @param {(number | null)[]} numbers */
function median(numbers) {
  const sorted = numbers.filter((number) => number !== null).sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? null;
}

/** @param {LoadResult[]} results */
const summary = (results) => ({
  perSecond: median(results.map(({ perSecond }) => perSecond)),
  rounds: results.map(({ perSecond }) => perSecond),
  serverCpuUs: median(results.map(({ serverCpuUs }) => serverCpuUs)),
  loadCpuUs: median(results.map(({ loadCpuUs }) => loadCpuUs)),
  answerP50Ms: median(results.map(({ answerMs }) => answerMs.p50)),
  answerP99Ms: median(results.map(({ answerMs }) => answerMs.p99)),
  deliveryP50Ms: median(results.map(({ deliveryMs }) => deliveryMs.p50)),
  deliveryP99Ms: median(results.map(({ deliveryMs }) => deliveryMs.p99)),
});

/** What else this machine was doing: far above 0, the figures say little and only the ratio says something. */
const [busyBefore] = loadavg();
/** @type {Record<Mode, LoadResult[]>} */
const results = { relay: [], hogmanay: [] };
for (let turn = 0; turn < Number(values.rounds); turn += 1) {
  for (const mode of /** @type {Mode[]} */ (['relay', 'hogmanay'])) results[mode].push(await round(mode));
}
const relay = summary(results.relay);
const hogmanay = summary(results.hogmanay);
const ratio = Number(((hogmanay.perSecond ?? 0) / (relay.perSecond ?? Infinity)).toFixed(3));
const [first] = results.hogmanay;
const report = {
  what: 'messages stored and delivered a second, against a ws relay that stores nothing',
  shape: { users: first?.users, window: first?.window, bodyBytes: first?.bodyBytes, seconds: Number(values.seconds) },
  machine: { cpus: cpus().length, model: cpus()[0]?.model, arch: arch(), node: process.version, busyBefore },
  relay,
  hogmanay,
  ratio,
  target,
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
if (values.save) {
  const folder = join(root, 'docs/bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${new Date().toISOString().slice(0, 10)}-chat.json`),
    `${JSON.stringify(report, null, 2)}\n`,
  );
}
process.exitCode = ratio >= target ? 0 : 1;
