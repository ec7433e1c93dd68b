// Commands from their words to the exit status, in surroundings that are not the process's.
import { describe, expect, test, vi } from 'vitest';
import { limitTable } from '#contract/limits';
import { UsageError } from '#cli/usage';
import { run } from '#cli/run';
import type { Surroundings } from '#cli/surroundings';

const stage = (changed: Partial<Surroundings> = {}) => {
  const printed = { out: '', err: '' };
  const exits: number[] = [];
  const clock = { now: 0 };
  const heard: ((signal: 'SIGINT' | 'SIGTERM') => void)[] = [];
  const around: Surroundings = {
    env: {},
    out: (text) => (printed.out += text),
    err: (text) => (printed.err += text),
    exit: (status) => exits.push(status),
    onSignal: (listener) => heard.push(listener),
    now: () => clock.now,
    startServer: () => Promise.reject(new Error('no server here')),
    setUp: () => Promise.resolve(),
    signToken: ({ user, ttlMs, admin }) => Promise.resolve(`token-of-${user}-${ttlMs}-${admin}`),
    conform: () => Promise.resolve(0),
    findNodes: () => Promise.resolve([]),
    askTrace: (url) => Promise.resolve({ url, error: 'nobody there' }),
    version: () => '1.2.3',
    ...changed,
  };
  return {
    printed,
    exits,
    clock,
    signal: (signal: 'SIGINT' | 'SIGTERM') => heard.forEach((listener) => listener(signal)),
    run: (line: string) => run(line.split(' ').filter(Boolean), around),
  };
};

const coded = (code: string, message: string) => Object.assign(new Error(message), { code });

describe('commands', () => {
  test('token prints the token and nothing else', async () => {
    const { run: command, printed } = stage();
    expect(await command('token alice --ttl 1h')).toBe(0);
    expect(printed).toEqual({ out: 'token-of-alice-3600000-false\n', err: '' });
  });

  test('setup tells of what it makes; it needs to know where the services are', async () => {
    const asked: unknown[] = [];
    const env = {
      HOGMANAY_REDIS: 'redis://a:1',
      HOGMANAY_KAFKA: 'a:2',
      HOGMANAY_DYNAMODB: 'aws',
      HOGMANAY_PREFIX: 'p-',
    };
    const { run: command, printed } = stage({
      env,
      setUp: async (services, told) => {
        asked.push(services);
        told('table p-messages: made');
      },
    });
    expect(await command('setup')).toBe(0);
    expect(asked).toEqual([{ redis: 'redis://a:1', kafka: 'a:2', dynamodb: 'aws', prefix: 'p-' }]);
    expect(printed.out).toBe('table p-messages: made\n');
    expect(await command('setup --help')).toBe(0);
    expect(await command('setup now')).toBe(2);
    const bare = stage();
    expect(await bare.run('setup')).toBe(2);
    expect(bare.printed.err).toContain('HOGMANAY_REDIS');
  });

  test('--version and --help', async () => {
    const { run: command, printed } = stage();
    expect(await command('--version')).toBe(0);
    expect(printed.out).toBe('1.2.3\n');
    expect(await command('--help')).toBe(0);
    expect(printed.out).toContain('hogmanay serve');
  });

  test('serve --help prints every limit with its default and what lies beyond', async () => {
    const { run: command, printed } = stage();
    expect(await command('serve --help')).toBe(0);
    for (const [name, { value, beyond }] of Object.entries(limitTable)) {
      const line = printed.out.split('\n').find((candidate) => candidate.startsWith(`  ${name} `));
      expect(line).toContain(value.toLocaleString('en-US'));
      expect(line).toContain(beyond);
    }
    expect(await command('token --help')).toBe(0);
  });

  test.each([
    ['', 'which command? hogmanay serve, hogmanay token USER, hogmanay --help'],
    ['sevre', 'no command sevre: did you mean hogmanay serve?'],
    ['constructor', 'no command constructor'],
    ['serve --port x', '--port must be a port from 0 (any free one) to 65535'],
    ...['chat', 'bench', 'demo', 'lab'].map((name): [string, string] => [
      `${name} x`,
      `hogmanay ${name} is not there yet in this version`,
    ]),
  ])('%j: exit 2 and one line', async (line, told) => {
    const { run: command, printed } = stage();
    expect(await command(line)).toBe(2);
    expect(printed.out).toBe('');
    expect(printed.err).toContain(`hogmanay: ${told}`);
    expect(printed.err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('serve', () => {
  const server = {
    url: 'http://127.0.0.1:1',
    opsUrl: 'http://127.0.0.1:2',
    stopped: new Promise<void>(() => undefined),
    kill: () => undefined,
  };

  test('says where it listens once it does; a signal drains it and ends it with 0', async () => {
    const drain = vi.fn(() => Promise.resolve());
    const {
      run: command,
      printed,
      signal,
      exits,
    } = stage({ startServer: () => Promise.resolve({ ...server, drain }) });
    const status = command('serve --port 0');
    await vi.waitFor(() => expect(printed.out).toContain('operations'));
    const [listening, operations] = printed.out.split('\n');
    expect([listening, operations]).toEqual(['listening on http://127.0.0.1:1', 'operations on http://127.0.0.1:2']);
    expect(drain).not.toHaveBeenCalled();
    signal('SIGTERM');
    expect(await status).toBe(0);
    expect([drain.mock.calls.length, exits, printed.err]).toEqual([1, [], '']);
  });

  test('its own server, alone with its folder, has a link that signs in for each of two', async () => {
    const startServer = () => Promise.resolve({ ...server, drain: () => Promise.resolve() });
    const { run: command, printed, signal } = stage({ startServer });
    const status = command('serve');
    await vi.waitFor(() => expect(printed.out).toContain('bob'));
    signal('SIGTERM');
    expect(await status).toBe(0);
    expect(printed.out.split('\n').slice(2)).toEqual([
      'chat as alice: http://127.0.0.1:1/#token=token-of-alice-86400000-false',
      'chat as bob: http://127.0.0.1:1/#token=token-of-bob-86400000-false',
      '',
    ]);
  });

  const services = { HOGMANAY_REDIS: 'redis://a:1', HOGMANAY_KAFKA: 'a:2', HOGMANAY_DYNAMODB: 'aws' };
  const secret = { HOGMANAY_JWT_SECRET: 'x'.repeat(32) };
  test.each<[string, string, Record<string, string>]>([
    ['with a key of the operator', 'serve', secret],
    ['on real services', 'serve --backend real', { ...secret, ...services }],
    ['where others can reach it', 'serve --host 0.0.0.0', {}],
  ])('%s it prints no token', async (_what, line, env) => {
    const startServer = () => Promise.resolve({ ...server, drain: () => Promise.resolve() });
    const signToken = vi.fn(() => Promise.resolve('a token'));
    const { run: command, printed, signal } = stage({ startServer, env, signToken });
    const status = command(line);
    await vi.waitFor(() => expect(printed.out).toContain('operations'));
    signal('SIGTERM');
    expect(await status).toBe(0);
    expect(printed.out).not.toContain('token');
    expect(signToken).not.toHaveBeenCalled();
  });

  test('a second signal exits at once', async () => {
    const startServer = () => Promise.resolve({ ...server, drain: () => new Promise<void>(() => undefined) });
    const { run: command, printed, signal, exits, clock } = stage({ startServer });
    void command('serve');
    await vi.waitFor(() => expect(printed.out).toContain('operations'));
    signal('SIGINT');
    clock.now = 251;
    expect(exits).toEqual([]);
    signal('SIGINT');
    expect(exits).toEqual([130]);
  });

  test('the echo of a signal that npm passes on is not a second one', async () => {
    const startServer = () => Promise.resolve({ ...server, drain: () => new Promise<void>(() => undefined) });
    const { run: command, printed, signal, exits, clock } = stage({ startServer });
    void command('serve');
    await vi.waitFor(() => expect(printed.out).toContain('operations'));
    signal('SIGINT');
    clock.now = 1;
    signal('SIGINT');
    expect(exits).toEqual([]);
  });

  test('a drain that fails is told, and ends with 1', async () => {
    const drain = () => Promise.reject(coded('store.unavailable', 'the disk is full'));
    const { run: command, printed, signal } = stage({ startServer: () => Promise.resolve({ ...server, drain }) });
    const status = command('serve');
    await vi.waitFor(() => expect(printed.out).toContain('operations'));
    signal('SIGTERM');
    expect(await status).toBe(1);
    expect(printed.err).toBe('hogmanay: the disk is full\n');
  });

  test.each([
    [coded('cli.port_in_use', 'port 8080 of 127.0.0.1 is in use'), 1],
    [coded('store.in_use', 'the data folder .hogmanay is in use'), 1],
    [new UsageError('cannot listen on nowhere'), 2],
  ])('%s: one line that names it', async (error, status) => {
    const { run: command, printed } = stage({ startServer: () => Promise.reject(error) });
    expect(await command('serve')).toBe(status);
    expect(printed).toEqual({ out: '', err: `hogmanay: ${error.message}\n` });
  });

  test('an error of no code is a fault of ours: its stack is shown', async () => {
    const { run: command, printed } = stage();
    expect(await command('serve')).toBe(1);
    expect(printed.err).toContain('Error: no server here\n    at ');
  });
});
