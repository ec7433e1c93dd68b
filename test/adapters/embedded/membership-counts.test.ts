/** Counts of memberships: looked up once, then kept up to date. */
import { expect, test } from 'vitest';
import { withLimits } from '#contract/limits';
import { MembershipCounts } from '#adapters/embedded/membership-counts';

test('embedded.countUsers: looked up once a user, changed with commits, forgotten when others need the room', () => {
  const looked: string[] = [];
  const onDisk = (user: string): number => {
    looked.push(user);
    return 5;
  };
  const counts = new MembershipCounts(onDisk, withLimits({ 'embedded.countUsers': 2 })['embedded.countUsers']);
  counts.change('alice', 1);
  expect([counts.of('alice'), counts.of('alice'), looked]).toEqual([5, 5, ['alice']]);
  counts.change('alice', 1);
  counts.change('alice', 1);
  counts.change('alice', -1);
  expect(counts.of('alice')).toBe(6);
  counts.of('bob');
  counts.of('carol');
  expect([counts.of('alice'), looked]).toEqual([5, ['alice', 'bob', 'carol', 'alice']]);
  counts.forgetAll();
  counts.of('alice');
  expect(looked).toHaveLength(5);
});
