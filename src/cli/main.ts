#!/usr/bin/env node
/**
 * The program: hands the process to the command named on its command line. What a command needs is loaded when it runs,
 * so that `--help` and mistakes answer at once.
 */
import type { TokenOptions } from '#cli/options';
import { run } from '#cli/run';
import type { Surroundings } from '#cli/surroundings';
import { version } from '#cli/version';
import type { Conform } from '#conformance/conformance';
import type { NodeTrace } from '#contract/trace';
import type { Services, SetUp, StartServer } from '#node/options';

/** A server that takes longer is left out, in milliseconds. */
const askMs = 3_000;

const startServer: StartServer = async (options) => (await import('#node/server')).startServer(options);

const setUp: SetUp = async (services, told) => (await import('#node/set-up')).setUp(services, told);

const signToken = async ({ user, ttlMs, admin, data, secret }: TokenOptions): Promise<string> => {
  const [tokens, keys] = await Promise.all([import('#adapters/auth/tokens'), import('#node/signing-key')]);
  const key = new TextEncoder().encode(secret ?? keys.signingKey(data));
  return tokens.signToken({ user, ttlMs, admin, secret: key, now: Date.now() });
};

const conform: Conform = async (options, printing) =>
  (await import('#conformance/conformance')).conform(options, printing);

const findNodes = async (services: Services): Promise<string[]> => {
  const found = await (await import('#node/find-nodes')).findNodes(services);
  return found.map(({ url }) => url);
};

const askTrace: Surroundings['askTrace'] = async (url, mid, token) => {
  try {
    const headers = { Authorization: `Bearer ${token}` };
    const asked = `${url}/admin/trace?mid=${encodeURIComponent(mid)}`;
    const answer = await fetch(asked, { headers, signal: AbortSignal.timeout(askMs) });
    if (answer.ok) return (await answer.json()) as NodeTrace;
    return { url, error: `${answer.status} ${await answer.text()}`.trim() };
  } catch (error) {
    const { cause, message } = error as Error;
    return { url, error: cause instanceof Error ? cause.message : message };
  }
};

const around: Surroundings = {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  exit: (status) => process.exit(status),
  onSignal: (heard) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, heard);
  },
  now: () => Date.now(),
  startServer,
  setUp,
  signToken,
  conform,
  findNodes,
  askTrace,
  version,
};

// Whoever read our output may go before we do; that is no reason to fall.
process.stdout.on('error', () => undefined);
process.exit(await run(process.argv.slice(2), around));
