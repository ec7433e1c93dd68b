// Every bound of the page is met by a test that names it.
import { expect, it } from 'vitest';
import { pageLimitTable } from '#web/chat/limits';
import { sourcesIn } from '#test/house/sources';

const texts = sourcesIn('test/web')
  .filter(({ path }) => !path.endsWith('/limits.test.ts'))
  .map(({ text }) => text);

it.each(Object.keys(pageLimitTable))('%s is overflowed by a test that names it', (name) => {
  expect(texts.some((text) => text.includes(`'${name}'`))).toBe(true);
});
