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
import type { SetUp, StartServer } from '#node/options';

const startServer: StartServer = async (options) => (await import('#node/server')).startServer(options);

const setUp: SetUp = async (services, told) => (await import('#node/set-up')).setUp(services, told);

const signToken = async ({ user, ttlMs, admin, data, secret }: TokenOptions): Promise<string> => {
  const [tokens, keys] = await Promise.all([import('#adapters/auth/tokens'), import('#node/signing-key')]);
  const key = new TextEncoder().encode(secret ?? keys.signingKey(data));
  return tokens.signToken({ user, ttlMs, admin, secret: key, now: Date.now() });
};

const conform: Conform = async (options, printing) =>
  (await import('#conformance/conformance')).conform(options, printing);

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
  version,
};

// Whoever read our output may go before we do; that is no reason to fall.
process.stdout.on('error', () => undefined);
process.exit(await run(process.argv.slice(2), around));
