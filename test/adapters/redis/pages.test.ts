// First pages that a server keeps: which, and how many.
import { describe, expect, test } from 'vitest';
import { Pages } from '#adapters/redis/pages';
import type { KeptPage } from '#adapters/redis/pages';
import { withLimits } from '#contract/limits';

const pageOf = (version: string, limit = 20): KeptPage => ({
  ...{ epoch: '1', version, limit, page: { items: [], next: null } },
});

describe('pages', () => {
  test("'inbox.pages': the one longest unused goes", () => {
    const pages = new Pages(withLimits({ 'inbox.pages': 2 })['inbox.pages']);
    for (const user of ['alice', 'bob']) pages.keep(user, pageOf('1'));
    pages.of('alice', 20);
    pages.keep('carol', pageOf('1'));
    expect(['alice', 'bob', 'carol'].map((user) => pages.of(user, 20) !== undefined)).toEqual([true, false, true]);
  });

  test('a page of another length is none, and one without a version is not kept', () => {
    const pages = new Pages(10);
    pages.keep('alice', pageOf('1', 5));
    expect(pages.of('alice', 20)).toBeUndefined();
    pages.keep('alice', pageOf('', 5));
    expect(pages.of('alice', 5)).toBeUndefined();
  });
});
