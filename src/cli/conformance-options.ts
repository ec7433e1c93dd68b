/** What `conformance` was asked for: which server, whom to speak as, which checks; checked whole before the first. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { envName, readArguments, type Env, type Given } from '#cli/arguments';
import { UsageError } from '#cli/usage';
import type { ConformanceOptions } from '#conformance/conformance';

const usage = 'hogmanay conformance URL [--data DIR] [--only NAME] …: see hogmanay conformance --help';
const fewestUsers = 4;
const timeoutMs = 5_000;

const readUrl = (text: string): string => {
  const wrong = new UsageError(`${text} is no URL: http://HOST:PORT`);
  if (!URL.canParse(text)) throw wrong;
  const url = new URL(text);
  if (!/^(http|ws)s?:$/.test(url.protocol)) throw wrong;
  return `${url.protocol.replace('ws', 'http')}//${url.host}${url.pathname}`.replace(/\/+$/, '');
};

const readTimeout = (given: Given): number => {
  const found = given.one('timeout');
  if (found === undefined) return timeoutMs;
  if (/^[1-9]\d{0,6}$/.test(found.text)) return Number(found.text);
  throw new UsageError(`${found.source} must be milliseconds, a whole number above 0`);
};

const readText = (file: string, what: string): string => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`cannot read ${what} ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
};

const isTokens = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((token) => typeof token === 'string');

const readTokens = (file: string): Readonly<Record<string, string>> => {
  let value: unknown;
  try {
    value = JSON.parse(readText(file, 'the tokens'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
  }
  if (isTokens(value) && Object.keys(value).length >= fewestUsers) return value;
  throw new UsageError(`${file} must be a JSON object {"user": "token", …} of at least ${fewestUsers} users`);
};

/** The variable wins over the data folder, as it does where the server signs. */
const readWhom = (given: Given, env: Env): ConformanceOptions['tokens'] => {
  const file = given.one('tokens')?.text;
  if (file !== undefined) return { byUser: readTokens(file) };
  const named = given.one('secret-env')?.text;
  const variable = named ?? envName('jwt-secret');
  const secret = env[variable];
  if (secret !== undefined && secret !== '') return { key: secret };
  if (named !== undefined) throw new UsageError(`${named} is not set: it is to hold the signing key of the server`);
  const data = given.one('data')?.text;
  if (data !== undefined) return { key: readText(join(data, 'signing-key'), 'the signing key') };
  throw new UsageError(`whom to speak as? ${variable}, --secret-env NAME, --data DIR, or --tokens FILE`);
};

export const readConformanceOptions = (argv: readonly string[], env: Env): ConformanceOptions | 'help' => {
  const given = readArguments(argv, env, {
    'secret-env': 'value',
    data: 'value',
    tokens: 'value',
    only: 'value',
    timeout: 'value',
    slow: 'flag',
    list: 'flag',
    json: 'flag',
    help: 'flag',
  });
  const isSet = (flag: string): boolean => given.one(flag)?.source === `--${flag}`;
  if (isSet('help')) return 'help';
  const only = given.all('only').flatMap(({ text }) => text.split(','));
  const [text, ...others] = given.positionals;
  const list = isSet('list');
  if (others.length > 0 || (text === undefined && !list)) throw new UsageError(`usage: ${usage}`);
  return {
    url: text === undefined ? '' : readUrl(text),
    tokens: list ? { key: '' } : readWhom(given, env),
    only,
    timeoutMs: readTimeout(given),
    slow: isSet('slow'),
    list,
    json: isSet('json'),
  };
};
