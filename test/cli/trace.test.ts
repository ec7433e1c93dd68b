// `hogmanay trace MID`: several servers' memories as one way, and plain words where there is none.
import { describe, expect, test } from 'vitest';
import type { NodeTrace } from '#contract/trace';
import { readTraceOptions } from '#cli/trace-options';
import { trace } from '#cli/trace';
import type { Surroundings, Unanswered } from '#cli/surroundings';

const stage = (answers: Readonly<Record<string, NodeTrace | string>>) => {
  const printed = { out: '', err: '' };
  const asked: string[] = [];
  const around = {
    out: (text: string) => (printed.out += text),
    err: (text: string) => (printed.err += text),
    signToken: ({ admin }: { admin: boolean }) => Promise.resolve(admin ? 'root' : 'user'),
    findNodes: () => Promise.resolve(Object.keys(answers)),
    askTrace: (url: string, mid: string, token: string): Promise<NodeTrace | Unanswered> => {
      asked.push(`${url} ${mid} ${token}`);
      const answer = answers[url] ?? 'nobody';
      return Promise.resolve(typeof answer === 'string' ? { url, error: answer } : answer);
    },
  } as unknown as Surroundings;
  return { printed, asked, around };
};

const env = { HOGMANAY_REDIS: 'redis://h:1', HOGMANAY_KAFKA: 'h:2', HOGMANAY_DYNAMODB: 'http://h:3' };

const options = (line: string, given = {}) => {
  const read = readTraceOptions(line.split(' '), given);
  if (read === 'help') throw new Error('help');
  return read;
};

const memory = (node: string, ...steps: [number, string, string][]): NodeTrace => ({
  ...{ node, mid: 'm1', cause: node === 'a' ? 'frame-7' : '', left: 0 },
  steps: steps.map(([at, step, detail]) => ({ at, step, detail })),
});

describe('trace', () => {
  test('one way out of what several servers remember, by time', async () => {
    const { around, printed, asked } = stage({
      'http://a': memory('a', [1_000, 'append', 'of anna/d1'], [1_030, 'answered', '`stored` to anna/d1']),
      'http://b': memory('b', [1_020, 'heard', 'number 4']),
      'http://c': 'connect ECONNREFUSED',
    });
    expect(await trace(options('m1', env), around)).toBe(0);
    expect(asked).toEqual(['http://a m1 root', 'http://b m1 root', 'http://c m1 root']);
    expect(printed.err).toBe('no answer from http://c: connect ECONNREFUSED\n');
    expect(printed.out).toBe(
      [
        'm1, caused by frame-7\n',
        '00:00:01.000   +0 ms  a  append    of anna/d1',
        '00:00:01.020  +20 ms  b  heard     number 4',
        '00:00:01.030  +30 ms  a  answered  `stored` to anna/d1\n',
      ].join('\n'),
    );
  });

  test('a message that no server remembers is said so, with exit status 1', async () => {
    const { around, printed } = stage({ 'http://a': memory('a'), 'http://b': '503 busy' });
    expect(await trace(options('m1', env), around)).toBe(1);
    expect(printed).toEqual({
      out: '',
      err: 'no answer from http://b: 503 busy\n1 of 2 servers were asked: none remembers m1\n',
    });
  });

  test('steps that a server counted and did not keep are said', async () => {
    const { around, printed } = stage({ 'http://a': { ...memory('a', [1, 'append', 'x']), left: 3 } });
    expect(await trace(options('m1', env), around)).toBe(0);
    expect(printed.out.split('\n').at(-2)).toBe('and 3 steps more');
  });

  test('as one document', async () => {
    const { around, printed } = stage({ 'http://a': memory('a', [1, 'append', 'x']) });
    expect(await trace(options('m1 --json --url http://a/'), around)).toBe(0);
    expect(JSON.parse(printed.out)).toEqual({
      ...{ mid: 'm1', cause: 'frame-7', asked: 1, silent: [] },
      steps: [{ node: 'a', at: 1, step: 'append', detail: 'x' }],
      left: 0,
    });
  });

  test('whom it asks: those named, else those over the services, else the one here', () => {
    expect(options('m1 --url http://a --url http://b:1', env)).toMatchObject({ urls: ['http://a', 'http://b:1'] });
    expect(options('m1', env)).toMatchObject({ services: { redis: 'redis://h:1' } });
    expect(options('m1')).toMatchObject({ urls: ['http://127.0.0.1:8081'] });
  });

  test('wrong usage is said before anybody is asked', () => {
    for (const line of ['', 'm1 m2', 'm1 --url nowhere', 'm1 --url ftp://a', 'm/1', 'm1 --josn'])
      expect(() => options(line)).toThrow(/usage|URL|MID|did you mean/);
    expect(readTraceOptions(['--help'], {})).toBe('help');
  });
});
