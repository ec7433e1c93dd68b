/** Whose mark still counts. */
import { expect, test } from 'vitest';
import { withLimits } from '#contract/limits';
import { PresenceMarks } from '#resilience/presence-marks';

test('C32 presence.ttlMs: a mark counts for that long, and a node that goes takes only its own', () => {
  const marks = new PresenceMarks(withLimits({ 'presence.ttlMs': 100 })['presence.ttlMs']);
  marks.beat('a', ['alice'], 0);
  marks.beat('b', ['alice'], 50);
  expect([99, 149, 150].map((now) => marks.isOnline('alice', now))).toEqual([true, true, false]);
  marks.beat('a', ['alice'], 200);
  marks.gone('b', 'alice');
  expect(marks.isOnline('alice', 200)).toBe(true);
  marks.gone('a', 'alice');
  expect(marks.isOnline('alice', 200)).toBe(false);
});
