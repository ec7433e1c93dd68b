/** What a load run is told: who is asked, how many talk, how much, how long. */
import { parseArgs } from 'node:util';

export interface LoadOptions {
  /** `hogmanay` speaks docs/protocol.md; `relay` the two frames of test/bench/relay.mjs. */
  readonly mode: 'hogmanay' | 'relay';
  /** `ws://HOST:PORT`, without a path. */
  readonly url: string;
  /** They talk in pairs: an even number. */
  readonly users: number;
  /** Sends of one user that may be unanswered. */
  readonly window: number;
  readonly bodyBytes: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  /** Process whose CPU time is measured (Linux). */
  readonly serverPid: number | undefined;
  /** Signs the tokens of the users; needed for `hogmanay`. */
  readonly secret: string;
}

const usage =
  'usage: main.js --url ws://HOST:PORT [--mode hogmanay|relay] [--users 200] [--window 32] [--body 100] ' +
  '[--warmup 1] [--seconds 3] [--server-pid PID]; HOGMANAY_JWT_SECRET signs the tokens';

export function readOptions(argv: readonly string[], secret: string): LoadOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      url: { type: 'string' },
      mode: { type: 'string', default: 'hogmanay' },
      users: { type: 'string', default: '200' },
      window: { type: 'string', default: '32' },
      body: { type: 'string', default: '100' },
      warmup: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '3' },
      'server-pid': { type: 'string' },
    },
  });
  const { url, mode } = values;
  if (url === undefined || (mode !== 'hogmanay' && mode !== 'relay')) throw new Error(usage);
  const users = positive('users', values.users);
  if (users % 2 !== 0) throw new Error('--users must be even: they talk in pairs');
  return {
    mode,
    url: url.replace(/^http/, 'ws').replace(/\/$/, ''),
    users,
    window: positive('window', values.window),
    bodyBytes: positive('body', values.body),
    warmupMs: positive('warmup', values.warmup) * 1_000,
    measureMs: positive('seconds', values.seconds) * 1_000,
    serverPid: values['server-pid'] === undefined ? undefined : positive('server-pid', values['server-pid']),
    secret,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} must be a number above 0, not ${text}`);
}
