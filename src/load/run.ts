/**
 * One load run: users connect in pairs and talk; after the warm-up it counts the messages that their recipients got and
 * their senders have an answer for; then everything that was sent must arrive.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Corks } from '#load/corks';
import { cpuMsOf, ownCpuMs } from '#load/cpu';
import { Histogram } from '#load/histogram';
import type { LoadOptions } from '#load/options';
import { greet, meet } from '#load/setup';
import { User } from '#load/user';
import type { Figures } from '#load/user';

export interface LoadResult {
  readonly mode: LoadOptions['mode'];
  readonly users: number;
  readonly window: number;
  readonly bodyBytes: number;
  readonly measuredMs: number;
  /** Stored and delivered while it was measured. */
  readonly messages: number;
  readonly perSecond: number;
  /** From send to `stored`, and from send to the other one, in ms. */
  readonly answerMs: { readonly p50: number | null; readonly p99: number | null };
  readonly deliveryMs: { readonly p50: number | null; readonly p99: number | null };
  /** CPU time a message, in microseconds; null where it cannot be known. */
  readonly serverCpuUs: number | null;
  readonly loadCpuUs: number;
}

const completed = (users: readonly User[]): number =>
  users.reduce((sum, { stored, delivered }) => sum + Math.min(stored, delivered), 0);

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const figures: Figures = { isMeasuring: false, answers: new Histogram(), deliveries: new Histogram() };
  const run = Date.now().toString(36).slice(-4);
  const corks = new Corks();
  const users = Array.from({ length: options.users }, (_, index) => new User(options, run, index, corks, figures));
  users.forEach((user, index) => (user.peer = users[index ^ 1]));
  const acknowledging = setInterval(() => users.forEach((user) => user.acknowledge()), 10);
  try {
    await Promise.all(users.map((user) => greet(user, options)));
    const convs = await meet(users, options);
    users.forEach((user, index) => user.begin(convs[index >> 1] ?? ''));
    await sleep(options.warmupMs);
    const result = await measure(options, users, figures);
    for (const user of users) user.stop();
    await settle(users);
    return result;
  } finally {
    clearInterval(acknowledging);
    for (const { socket } of users) socket.terminate();
  }
}

async function measure(options: LoadOptions, users: readonly User[], figures: Figures): Promise<LoadResult> {
  const started = { at: performance.now(), done: completed(users), own: ownCpuMs(), cpu: cpuMsOf(options.serverPid) };
  figures.isMeasuring = true;
  await sleep(options.measureMs);
  figures.isMeasuring = false;
  const messages = completed(users) - started.done;
  const measuredMs = performance.now() - started.at;
  const cpu = cpuMsOf(options.serverPid);
  const each = (ms: number): number => Number(((ms * 1_000) / messages).toFixed(2));
  const { mode, users: count, window, bodyBytes } = options;
  const of = (times: Histogram): LoadResult['answerMs'] => ({
    p50: times.percentile(0.5),
    p99: times.percentile(0.99),
  });
  return {
    mode,
    users: count,
    window,
    bodyBytes,
    measuredMs: Math.round(measuredMs),
    messages,
    perSecond: Math.round((messages * 1_000) / measuredMs),
    answerMs: of(figures.answers),
    deliveryMs: of(figures.deliveries),
    serverCpuUs: cpu === null || started.cpu === null ? null : each(cpu - started.cpu),
    loadCpuUs: each(ownCpuMs() - started.own),
  };
}

/** All that was sent is answered and delivered, or the run is worth nothing. */
async function settle(users: readonly User[]): Promise<void> {
  const deadline = performance.now() + 10_000;
  const behind = (): User | undefined =>
    users.find(({ sent, stored, delivered }) => stored !== sent || delivered !== sent);
  while (behind() !== undefined && performance.now() < deadline && !users.some(({ fault }) => fault)) await sleep(10);
  const faulty = users.find(({ fault }) => fault !== undefined);
  if (faulty) throw new Error(`${faulty.name}: ${faulty.fault}`);
  const late = behind();
  if (late) throw new Error(`${late.name} sent ${late.sent}: ${late.stored} answered, ${late.delivered} delivered`);
}
