// The life of presence: trusted while its port answers.
import { expect, test } from 'vitest';
import { presenceMachine } from '#machines/presence';
import { after, walkEverywhere } from '#test/machines/kit';

walkEverywhere(presenceMachine, {
  input: undefined,
  events: [{ type: 'ANSWERED' }, { type: 'FAILED' }, { type: 'STOPPED' }],
});

test('C33 presence: degraded from the first failure to the first answer', () => {
  const failed = { event: { type: 'FAILED' } } as const;
  expect(after(presenceMachine, undefined, failed, failed).state).toBe('presence.degraded');
  expect(after(presenceMachine, undefined, failed, { event: { type: 'ANSWERED' } }).state).toBe('presence.live');
});
