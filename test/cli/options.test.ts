// What the command line may say, by argument and by environment; and what it may not.
import { describe, expect, test } from 'vitest';
import { limitTable, withLimits } from '#contract/limits';
import { readServeOptions, readTokenOptions } from '#cli/options';

const secret = 'x'.repeat(32);

const real = {
  HOGMANAY_JWT_SECRET: secret,
  HOGMANAY_REDIS: 'redis+sentinel://a:1,b:2?shards=s0,s1&durable=c:3',
  HOGMANAY_KAFKA: 'a:1,b:2',
  HOGMANAY_DYNAMODB: 'http://a:1',
};

const serve = (line: string, env: Record<string, string> = {}) => {
  const options = readServeOptions(line.split(' ').filter(Boolean), env);
  if (options === 'help') throw new Error('help');
  return options;
};
const token = (line: string, env: Record<string, string> = {}) =>
  readTokenOptions(line.split(' ').filter(Boolean), env);

describe('serve: options', () => {
  test('nothing given: the defaults', () => {
    expect(serve('')).toEqual({
      host: '127.0.0.1',
      port: 8080,
      opsHost: '127.0.0.1',
      opsPort: 8081,
      data: '.hogmanay',
      limits: withLimits(),
    });
  });

  test('each option as argument, with a space or with =', () => {
    const line = '--port 0 --host=0.0.0.0 --ops-port=65535 --ops-host ::1 --data /tmp/x --backend embedded';
    expect(serve(line)).toMatchObject({ port: 0, host: '0.0.0.0', opsPort: 65_535, opsHost: '::1', data: '/tmp/x' });
  });

  test('each option as environment variable; the argument wins; an empty variable is none', () => {
    const env = {
      HOGMANAY_PORT: '1',
      HOGMANAY_HOST: '0.0.0.0',
      HOGMANAY_OPS_PORT: '2',
      HOGMANAY_OPS_HOST: '::1',
      HOGMANAY_DATA: 'd',
      HOGMANAY_BACKEND: '',
      HOGMANAY_JWT_SECRET: secret,
    };
    expect(serve('--port 3', env)).toMatchObject({
      port: 3,
      host: '0.0.0.0',
      opsPort: 2,
      opsHost: '::1',
      data: 'd',
      secret,
    });
  });

  test('--backend real: where the services are comes from the environment', () => {
    const { HOGMANAY_REDIS: redis, HOGMANAY_KAFKA: kafka } = real;
    const services = { redis, kafka, dynamodb: 'http://a:1', prefix: '' };
    expect(serve('--backend real', real)).toMatchObject({ secret, services });
    expect(serve('--backend=real', { ...real, HOGMANAY_PREFIX: 't-1.' }).services?.prefix).toBe('t-1.');
    expect(serve('', real).services).toBe(undefined);
  });

  test('limits, any number of times, from both sides', () => {
    const env = { HOGMANAY_LIMIT: 'window.unacked=1, replay.max=2' };
    const { limits } = serve('--limit replay.max=3 --limit frames.perSecond=0', env);
    expect(limits).toEqual(withLimits({ 'window.unacked': 1, 'replay.max': 3, 'frames.perSecond': 0 }));
    expect(serve('').limits['replay.max']).toBe(limitTable['replay.max'].value);
  });

  test('--help asks for help, whatever else is said', () => {
    expect(readServeOptions(['--help', '--port', 'x'], {})).toBe('help');
    expect(readTokenOptions(['--help'], {})).toBe('help');
  });

  test.each([
    ['--prot 1', {}, 'unknown option --prot: did you mean --port?'],
    ['--ops_port=1', {}, 'unknown option --ops_port: did you mean --ops-port?'],
    ['-p 1', {}, 'unknown option -p'],
    ['--__proto__ 1', {}, 'unknown option --__proto__'],
    ['--port x', {}, '--port must be a port from 0 (any free one) to 65535'],
    ['--port 65536', {}, '--port must be a port'],
    ['--port -1', {}, '--port must be a port'],
    ['--port 1.5', {}, '--port must be a port'],
    ['--ops-port 1e3', {}, '--ops-port must be a port'],
    ['--port', {}, '--port needs a value'],
    ['--host=', {}, '--host needs a value'],
    ['', { HOGMANAY_OPS_PORT: 'x' }, 'HOGMANAY_OPS_PORT must be a port'],
    ['', { HOGMANAY_JWT_SECRET: 'short' }, 'HOGMANAY_JWT_SECRET must have at least 32 bytes'],
    ['extra', {}, 'usage: hogmanay serve'],
    ['--limit frame.byte=1', {}, '--limit: no limit frame.byte: did you mean frame.bytes=…?'],
    ['--limit frame.bytes', {}, '--limit: frame.bytes must be a whole number from 1 to 2147483647: frame.bytes=…'],
    ['--limit frame.bytes=x', {}, 'frame.bytes must be a whole number'],
    ['--limit frame.bytes=0', {}, 'frame.bytes must be a whole number from 1'],
    ['--limit frame.bytes=1=2', {}, 'frame.bytes must be a whole number'],
    ['--limit hello.withinMs=2147483648', {}, 'hello.withinMs must be a whole number'],
    ['--limit frames.perSecond=-1', {}, 'frames.perSecond must be a whole number from 0'],
    ['', { HOGMANAY_LIMIT: 'constructor=1' }, 'HOGMANAY_LIMIT: no limit constructor'],
    ['--backend other', {}, '--backend must be embedded or real'],
    ['--backend real', {}, '--backend real needs HOGMANAY_JWT_SECRET'],
    ['--backend real', { HOGMANAY_JWT_SECRET: secret }, 'the real backend needs HOGMANAY_REDIS'],
    ['--backend real', { ...real, HOGMANAY_KAFKA: '' }, 'the real backend needs HOGMANAY_KAFKA'],
    ['--backend real', { ...real, HOGMANAY_KAFKA: 'http://x:1' }, 'HOGMANAY_KAFKA must be as in 127.0.0.1:9092'],
    ['--backend real', { ...real, HOGMANAY_REDIS: 'localhost:6379' }, 'HOGMANAY_REDIS must be as in redis://'],
    ['--backend real', { ...real, HOGMANAY_DYNAMODB: 'x' }, 'HOGMANAY_DYNAMODB must be as in http://'],
    ['--backend real', { ...real, HOGMANAY_PREFIX: 'a b' }, 'HOGMANAY_PREFIX must be at most 64 characters'],
    ['--inspect', {}, '--inspect is not there yet in this version'],
    ['--inspect=stately', {}, '--inspect is not there yet in this version'],
    ['--record dir', {}, '--record is not there yet in this version'],
    ['', { HOGMANAY_BACKEND: 'real' }, '--backend real needs HOGMANAY_JWT_SECRET'],
  ])('%j with %j is refused', (line, env, told) => {
    expect(() => serve(line, env)).toThrow(told);
  });
});

describe('token: options', () => {
  test('a user, 24 hours, no admin', () => {
    expect(token('alice')).toEqual({ user: 'alice', ttlMs: 86_400_000, admin: false, data: '.hogmanay' });
  });

  test('everything else, in any order', () => {
    const env = { HOGMANAY_DATA: 'd', HOGMANAY_JWT_SECRET: secret };
    expect(token('--admin --ttl 90s 0.a_B-', env)).toEqual({
      user: '0.a_B-',
      ttlMs: 90_000,
      admin: true,
      data: 'd',
      secret,
    });
    expect(token('alice --ttl=7d --data x')).toMatchObject({ ttlMs: 604_800_000, data: 'x' });
  });

  test('nobody becomes admin by environment', () => {
    expect(token('alice', { HOGMANAY_ADMIN: 'yes' })).toMatchObject({ admin: false });
  });

  test.each([
    ['', 'usage: hogmanay token USER'],
    ['alice bob', 'usage: hogmanay token USER'],
    ['.alice', 'USER must be'],
    ['ü', 'USER must be'],
    ['alice --ttl 24', '--ttl must be a number and a unit'],
    ['alice --ttl 0h', '--ttl must be'],
    ['alice --ttl 1.5h', '--ttl must be'],
    ['alice --admin=no', '--admin takes no value'],
    ['alice --port 1', 'unknown option --port'],
  ])('%j is refused', (line, told) => {
    expect(() => token(line)).toThrow(told);
  });
});
