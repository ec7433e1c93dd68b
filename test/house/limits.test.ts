// Every limit is overflowed by a test: one that names it, with a value of its own.
import { describe, expect, test } from 'vitest';
import { limitTable } from '#contract/limits';
import { sourcesIn } from '#test/house/sources';

describe('limits', () => {
  const tests = sourcesIn('test').filter(({ path }) => !path.startsWith('test/house/'));
  const texts = tests.map(({ text }) => text);

  test.each(Object.keys(limitTable))('%s is set by a test', (name) => {
    expect(texts.some((text) => text.includes(`'${name}'`) || text.includes(`${name}=`))).toBe(true);
  });
});
