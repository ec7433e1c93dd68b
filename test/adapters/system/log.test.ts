// The log: what a line holds, and that nothing handed in can break it.
import { expect, test } from 'vitest';
import { jsonLog } from '#adapters/system/log';
import type { Log } from '#contract/ports/system';

const written = (say: (log: Log) => void): Record<string, unknown>[] => {
  const lines: string[] = [];
  say(jsonLog({ write: (line) => lines.push(line) }));
  for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('a line is JSON with level, time, message and fields', () => {
  const lines = written((log) => {
    log.info('started', { port: 8080 });
    log.warn('slow');
    log.error('failed', { code: 'store.unavailable' });
  });
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
  expect(lines).toEqual([
    { level: 'info', time, message: 'started', fields: { port: 8080 } },
    { level: 'warn', time, message: 'slow' },
    { level: 'error', time, message: 'failed', fields: { code: 'store.unavailable' } },
  ]);
});

test('fields cannot pass for the line itself', () => {
  const [line] = written((log) => log.info('real', { level: 'error', message: 'forged', time: 0 }));
  expect(line).toMatchObject({ level: 'info', message: 'real', fields: { message: 'forged' } });
});

test('line breaks and circles stay within their line', () => {
  const circle: Record<string, unknown> = { text: 'a\nb' };
  circle['self'] = circle;
  const lines = written((log) => log.warn('two\nlines', circle));
  expect(lines).toMatchObject([{ message: 'two\nlines', fields: { text: 'a\nb' } }]);
});
