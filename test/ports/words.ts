/** The words in which tests of stores write conversations, drafts, groups and notices. */
import type { Conv, Draft, User } from '#contract/conversation';
import type { Notice } from '#contract/ports/bus';
import type { AppendGroup, NewConversation } from '#contract/ports/store';

let names = 0;
export const freshName = (kind: string): string => `${kind}${(names += 1)}`;

export const conversation = (conv: Conv, given: Partial<NewConversation> = {}): NewConversation => ({
  conv,
  kind: 'group',
  creator: 'alice',
  founders: ['alice', 'bob'],
  now: 1_000,
  ...given,
});

export const draft = (id: string, given: Partial<Draft> = {}): Draft => ({
  mid: `mid-${freshName('m')}`,
  from: 'alice',
  device: 'phone',
  id,
  body: `body of ${id}`,
  cause: 'node.1.1',
  ...given,
});

export const group = (
  conv: Conv,
  expected: number,
  drafts: readonly Draft[],
  given: Partial<AppendGroup> = {},
): AppendGroup => ({ conv, expected, drafts, partitions: 1, now: 2_000, ...given });

export const drafts = (prefix: string, count: number): Draft[] =>
  Array.from({ length: count }, (_, index) => draft(`${prefix}-${index}`));

/** An entry that changes members. */
export const change = (add: readonly User[], remove: readonly User[], from = 'alice'): Draft =>
  draft(freshName('change-'), { from, body: '', event: { add, remove } });

export const notice = (given: Partial<Notice> & Pick<Notice, 'conv' | 'from' | 'to'>): Notice => ({
  ...{ kind: 'group', entries: [], at: 0, recipients: [], added: [], removed: [], members: [], origin: null },
  ...given,
});
