// What the page knows after what happens: unread counts, ticks, what waits, who is in.
import { describe, expect, it } from 'vitest';
import type { InboxItem } from '#contract/inbox';
import { listed, newConversation, unreadOf, waitingIn } from '#web/chat/model';
import type { Pending } from '#web/chat/model';
import { tickOf, tickWords } from '#web/chat/ticks';
import * as update from '#web/chat/update';
import { watchedIn } from '#web/chat/watched';
import { conversation, limits, message, messages, modelWith, noon, only } from '#test/web/chat/kit';

const item = (more: Partial<InboxItem> = {}): InboxItem => ({
  conv: 'c',
  kind: 'direct',
  members: ['bob'],
  since: 1,
  seq: 7,
  at: noon,
  preview: 'hello',
  unread: 3,
  ...more,
});
const pending = (id: string, more: Partial<Pending> = {}): Pending => ({
  ...{ id, body: id, at: noon, state: 'sending' },
  ...more,
});
const most = limits['members.receipts'];

describe('the list', () => {
  it('has what the server says, and keeps what is known better here', () => {
    const first = update.withInbox(modelWith(), [item(), item({ conv: 'd', at: noon + 1 })], 'next');
    expect(listed(first).map(({ conv }) => conv)).toEqual(['d', 'c']);
    expect(unreadOf(only(first))).toBe(3);
    expect(first.nextPage).toBe('next');
    const later = update.withMessage(update.withRead(first, 'c', 7), message(8), limits);
    const again = only(update.withInbox(later, [item()], undefined));
    expect([again.seq, again.preview, unreadOf(again)]).toEqual([8, 'message 8', 1]);
  });

  it('knows all members of a small group, and of a large one who was named until it is asked', () => {
    const many = Array.from({ length: 10 }, (_, n) => `u${n}`);
    const model = update.withInbox(modelWith(), [item({ kind: 'group', members: many })], undefined);
    expect(only(model).areAllKnown).toBe(false);
    const asked = update.withMembers(model, { conv: 'c', members: ['alice', ...many, 'z'], since: 1, seq: 7 });
    const again = update.withInbox(asked, [item({ kind: 'group', members: many })], undefined);
    expect([only(again).areAllKnown, only(again).others.length]).toEqual([true, 11]);
  });

  it('has a conversation that somebody has begun, unread from where one may see it', () => {
    const opened = { conv: 'c', kind: 'group', members: ['alice', 'bob'], title: 'x', since: 5, seq: 4 } as const;
    const model = update.withOpened(modelWith(), opened, noon);
    expect(only(model)).toMatchObject({ title: 'x', others: ['bob'], areAllKnown: true, since: 5, at: noon });
    expect(unreadOf(only(model))).toBe(0);
    expect(unreadOf(only(update.withMessage(model, message(5), limits)))).toBe(1);
  });

  it('loses one that the user is out of, and says so', () => {
    const model = update.withRemoved({ ...modelWith(conversation(1)), open: 'c' }, 'c');
    expect([model.conversations.size, model.open, model.notice?.text]).toEqual([
      0,
      undefined,
      'You are no longer in bob.',
    ]);
  });
});

describe('a message', () => {
  it('of somebody else is unread until it is read, here or on another device', () => {
    const model = update.withMessage(modelWith(conversation(0)), message(1), limits);
    expect(unreadOf(only(model))).toBe(1);
    const read = update.withReceipt(model, { kind: 'read', conv: 'c', user: 'alice', seq: 1 });
    expect(unreadOf(only(read))).toBe(0);
    expect(only(update.withRead(read, 'c', 0))).toBe(only(read));
  });

  it('of one’s own takes the place of the one that waited, and is read', () => {
    const waiting = update.withPending(modelWith(conversation(3)), 'c', pending('id-4'));
    expect(waitingIn(waiting)).toBe(1);
    const model = update.withMessage(waiting, message(4, { from: 'alice' }), limits);
    expect(only(model)).toMatchObject({ pending: [], readSeq: 4, preview: 'message 4' });
    expect(only(model).run?.messages).toHaveLength(4);
  });

  it('that changes the members changes who is in', () => {
    const event = { add: ['carol', 'alice'], remove: ['bob'] };
    const model = update.withMessage(modelWith(conversation(0)), message(1, { event, body: '' }), limits);
    expect(only(model)).toMatchObject({ others: ['carol'], preview: '' });
  });

  it('that comes while nobody looks has the line above it; whoever answers has seen it', () => {
    const away = { ...modelWith(conversation(2, { readSeq: 2 })), open: 'c', isLooking: false };
    const two = update.withMessage(update.withMessage(away, message(3), limits), message(4), limits);
    expect(only(two).newFrom).toBe(3);
    expect(two.said).toBe('New message from bob');
    expect(only(update.withPending(two, 'c', pending('p'))).newFrom).toBe(0);
  });

  it('is said to who does not see the page: whole where one looks, by its sender elsewhere', () => {
    const looking = { ...modelWith(conversation(0)), open: 'c' };
    expect(update.withMessage(looking, message(1), limits).said).toBe('bob: message 1');
  });

  it('does not come back, nor come twice, when the server goes back or repeats itself', () => {
    const model = update.withRewound(modelWith(conversation(5, { readSeq: 5 })), 'c', 3);
    expect([only(model).seq, only(model).readSeq, only(model).run?.messages.length]).toEqual([3, 3, 3]);
    const gap = only(update.withGap(modelWith(conversation(5)), 'c', 9_000));
    expect([gap.seq, gap.run, gap.view]).toEqual([9_000, undefined, 'end']);
  });
});

describe('a conversation that is looked at', () => {
  it('has the line above the first that is new, and none when it is left', () => {
    const model = update.withOpen(modelWith(conversation(9, { readSeq: 6 })), 'c');
    expect([model.open, only(model).newFrom]).toEqual(['c', 7]);
    expect(only(update.withOpen(model, undefined)).newFrom).toBe(0);
    expect(update.withOpen(modelWith(), 'unknown').open).toBe('unknown');
  });

  it('is joined with the page that was asked for, also where it is of no use any more', () => {
    const before = conversation(0, { run: undefined, loading: 'newest', seq: 100 });
    const page = { where: 'newest', messages: messages(51, 100), more: true } as const;
    const model = update.withPage(modelWith({ ...before, pending: [pending('id-100')] }), 'c', page, limits);
    expect(only(model)).toMatchObject({ loading: undefined, at: noon + 100 * 60_000, preview: 'message 100' });
    const late = update.withPage(modelWith({ ...before, loading: 'older' }), 'c', { ...page, where: 'older' }, limits);
    expect(only(late)).toMatchObject({ run: undefined, loading: undefined });
  });
});

describe('ticks', () => {
  it('K14 say where a message is: sending, queued, stored, delivered, read, or not sent and why', () => {
    expect(Object.keys(tickWords)).toEqual(['sending', 'queued', 'stored', 'delivered', 'read', 'failed']);
    const waiting = update.withPending(modelWith(conversation(0)), 'c', pending('p'));
    const queued = update.withState(waiting, { id: 'p', conv: 'c', state: 'queued' });
    expect(only(queued).pending[0]?.state).toBe('queued');
    const fault = { code: 'x', message: 'y', effect: 'none' } as const;
    const failed = update.withState(queued, { id: 'p', conv: 'c', state: 'failed', fault });
    expect(only(failed).pending[0]).toMatchObject({ state: 'failed', fault });
    expect(only(update.withoutPending(failed, 'c', 'p')).pending).toEqual([]);
  });

  it('turn delivered and read once everybody is so far; whoever writes has read', () => {
    const others = ['bob', 'carol'];
    let model = modelWith(conversation(5, { kind: 'group', others, positions: new Map() }));
    expect(tickOf(only(model), 5, most)).toBe('stored');
    model = update.withReceipt(model, { kind: 'read', conv: 'c', user: 'bob', seq: 5 });
    expect(tickOf(only(model), 5, most)).toBe('stored');
    model = update.withReceipt(model, { kind: 'delivered', conv: 'c', user: 'carol', seq: 5 });
    expect(tickOf(only(model), 5, most)).toBe('delivered');
    model = update.withMessage(model, message(6, { from: 'carol' }), limits);
    expect(tickOf(only(model), 5, most)).toBe('read');
    expect(tickOf(only(model), 6, most)).toBe('stored');
  });

  it("stay at one in groups of more than 'members.receipts'", () => {
    const others = Array.from({ length: most }, (_, n) => `u${n}`);
    const positions = new Map(others.map((user) => [user, { delivered: 9, read: 9 }]));
    expect(tickOf(conversation(5, { others, positions }), 5, most)).toBe('stored');
    expect(tickOf(conversation(5, { others: others.slice(1), positions }), 5, most)).toBe('read');
  });
});

describe('who is watched', () => {
  it("is who is looked at, then the others of the list, 'watched.users' at most", () => {
    const direct = Array.from({ length: limits['watched.users'] + 5 }, (_, n) => ({
      ...newConversation(`c${n}`, 'direct'),
      others: [`u${n}`],
      at: noon - n,
    }));
    const group = { ...newConversation('g', 'group'), others: ['x', 'u3'], at: 0 };
    const users = watchedIn({ ...modelWith(...direct, group), open: 'g' }, limits['watched.users']);
    expect(users.slice(0, 4)).toEqual(['x', 'u3', 'u0', 'u1']);
    expect(users).toHaveLength(limits['watched.users']);
    expect(new Set(users).size).toBe(users.length);
  });
});
