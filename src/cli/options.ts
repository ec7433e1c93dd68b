/** What `serve` and `token` were asked for: defaults, environment, arguments; checked whole before anything starts. */
import type { ServeOptions } from '#node/options';
import { envName, readArguments, type Env, type Given } from '#cli/arguments';
import { readLimits } from '#cli/limit-option';
import { readServices } from '#cli/services-option';
import { UsageError } from '#cli/usage';
import { isName } from '#protocol/scalars';

const secretBytes = 32;

export interface TokenOptions {
  readonly user: string;
  readonly ttlMs: number;
  readonly admin: boolean;
  readonly data: string;
  readonly secret?: string;
}

/** Asked for in good faith, promised for later. */
export const notThereYet = (what: string): UsageError => new UsageError(`${what} is not there yet in this version`);

const readText = (given: Given, option: string, otherwise: string): string => given.one(option)?.text ?? otherwise;

const readPort = (given: Given, option: string, otherwise: number): number => {
  const found = given.one(option);
  if (found === undefined) return otherwise;
  const port = Number(found.text);
  if (/^\d+$/.test(found.text) && port <= 65_535) return port;
  throw new UsageError(`${found.source} must be a port from 0 (any free one) to 65535`);
};

const readSecret = (env: Env): { readonly secret?: string } => {
  const secret = env[envName('jwt-secret')];
  if (secret === undefined || secret === '') return {};
  if (Buffer.byteLength(secret) >= secretBytes) return { secret };
  throw new UsageError(`${envName('jwt-secret')} must have at least ${secretBytes} bytes`);
};

/** For servers on several machines the key cannot be made by each. */
const readBackend = (given: Given, env: Env): Pick<ServeOptions, 'services'> => {
  const { text, source } = given.one('backend') ?? { text: 'embedded', source: '--backend' };
  if (text === 'embedded') return {};
  if (text !== 'real') throw new UsageError(`${source} must be embedded or real`);
  if (readSecret(env).secret === undefined)
    throw new UsageError(`--backend real needs ${envName('jwt-secret')}: one key for all servers`);
  return { services: readServices(env) };
};

const refuseWhatIsMissing = (given: Given): void => {
  for (const option of ['inspect', 'record']) {
    if (given.one(option) !== undefined) throw notThereYet(`--${option}`);
  }
};

const noMore = ({ positionals }: Given, expected: number, usage: string): void => {
  if (positionals.length !== expected) throw new UsageError(`usage: ${usage}`);
};

/** For a command that takes nothing but `--help`. */
export const asksForHelp = (argv: readonly string[], usage: string): boolean => {
  const given = readArguments(argv, {}, { help: 'flag' });
  noMore(given, 0, usage);
  return given.one('help') !== undefined;
};

export const readServeOptions = (argv: readonly string[], env: Env): ServeOptions | 'help' => {
  const given = readArguments(argv, env, {
    port: 'value',
    host: 'value',
    'ops-port': 'value',
    'ops-host': 'value',
    data: 'value',
    backend: 'value',
    inspect: 'flag-or-value',
    record: 'value',
    limit: 'value',
    help: 'flag',
  });
  if (given.one('help')?.source === '--help') return 'help';
  noMore(given, 0, 'hogmanay serve [--port 8080] [--data .hogmanay] …: see hogmanay serve --help');
  refuseWhatIsMissing(given);
  return {
    host: readText(given, 'host', '127.0.0.1'),
    port: readPort(given, 'port', 8080),
    opsHost: readText(given, 'ops-host', '127.0.0.1'),
    opsPort: readPort(given, 'ops-port', 8081),
    data: readText(given, 'data', '.hogmanay'),
    limits: readLimits(given.all('limit')),
    ...readSecret(env),
    ...readBackend(given, env),
  };
};

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const readTtl = (given: Given): number => {
  const found = given.one('ttl') ?? { text: '24h', source: '--ttl' };
  const [, digits = '0', unit = 's'] = /^(\d{1,6})([smhd])$/.exec(found.text) ?? [];
  const ttlMs = Number(digits) * unitMs[unit as keyof typeof unitMs];
  if (ttlMs > 0) return ttlMs;
  throw new UsageError(`${found.source} must be a number and a unit: 90s, 30m, 24h, 7d`);
};

export const readTokenOptions = (argv: readonly string[], env: Env): TokenOptions | 'help' => {
  const given = readArguments(argv, env, { ttl: 'value', admin: 'flag', data: 'value', help: 'flag' });
  if (given.one('help')?.source === '--help') return 'help';
  noMore(given, 1, 'hogmanay token USER [--ttl 24h] [--admin] [--data .hogmanay]');
  const [user = ''] = given.positionals;
  if (!isName(user)) {
    throw new UsageError('USER must be 1 to 64 characters of [A-Za-z0-9_.-] and begin with a letter or digit');
  }
  return {
    user,
    ttlMs: readTtl(given),
    admin: given.one('admin')?.source === '--admin',
    data: readText(given, 'data', '.hogmanay'),
    ...readSecret(env),
  };
};
