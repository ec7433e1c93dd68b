/** What `trace` was asked for: which message, and which servers. */
import { envName, readArguments, type Env } from '#cli/arguments';
import { readServices } from '#cli/services-option';
import { UsageError } from '#cli/usage';
import type { Services } from '#node/options';

const usage = 'hogmanay trace MID [--url http://HOST:PORT] … [--data DIR] [--json]: see hogmanay trace --help';
const ownUrl = 'http://127.0.0.1:8081';

interface Asked {
  readonly mid: string;
  readonly json: boolean;
  readonly data: string;
  /** Signing key; absent: that of the data folder. */
  readonly secret?: string;
}

export type TraceOptions = Asked &
  (
    | { readonly urls: readonly string[]; readonly services?: undefined }
    /** Whoever runs over these is found through them. */
    | { readonly urls?: undefined; readonly services: Services }
  );

const readUrl = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError(`${text} is no URL: http://HOST:PORT`);
  return text.replace(/\/+$/, '');
};

export const readTraceOptions = (argv: readonly string[], env: Env): TraceOptions | 'help' => {
  const given = readArguments(argv, env, { url: 'value', data: 'value', json: 'flag', help: 'flag' });
  if (given.one('help')?.source === '--help') return 'help';
  const [mid, ...others] = given.positionals;
  if (mid === undefined || others.length > 0) throw new UsageError(`usage: ${usage}`);
  if (!/^[\w.~-]{1,64}$/.test(mid)) throw new UsageError('MID is the `mid` of a message: letters, digits and _.~-');
  const secret = env[envName('jwt-secret')];
  const asked: Asked = {
    ...{ mid, json: given.one('json')?.source === '--json', data: given.one('data')?.text ?? '.hogmanay' },
    ...(secret === undefined || secret === '' ? {} : { secret }),
  };
  const urls = given.all('url').map(({ text }) => readUrl(text));
  if (urls.length > 0) return { ...asked, urls };
  const isReal = (env[envName('redis')] ?? '') !== '';
  return isReal ? { ...asked, services: readServices(env) } : { ...asked, urls: [ownUrl] };
};
