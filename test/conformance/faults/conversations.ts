// A fault for each check of history, conversations, members, the inbox, receipts and presence.
import type { Fault, Frame, Seen } from '#test/conformance/fake/settings';
import {
  changes,
  drops,
  forgets,
  inEach,
  isText,
  mends,
  replaces,
  settingsOf,
  takes,
  tellsApart,
} from '#test/conformance/faults/words';

/** The entry of a change that was asked for last on this connection, made up. */
const entryOf = ({ conv, seq }: Frame, { user, heard }: Seen): Frame => {
  const request = heard.at(-1);
  const event = { add: request?.['add'] ?? [], remove: request?.['remove'] ?? [] };
  const id = request?.['id'] ?? 'made-by-server';
  return { t: 'message', conv, seq: seq ?? 1, mid: 'm', from: user, id, body: '', at: 1, event };
};

const asked = ({ heard }: Seen): boolean => heard.at(-1)?.t === 'open';

export const conversationFaults: Readonly<Record<string, Fault>> = {
  'history.newest': changes('history', () => ({ more: false })),
  'history.after': forgets('exact bounds'),
  'history.before': mends(({ before }) => (typeof before === 'number' ? { before: before + 1 } : {})),
  'history.limit': takes('history', (history) => ({ limit: 20, ...history })),
  'history.messages': inEach('history', 'messages', () => ({ meta: undefined })),
  'history.large': settingsOf({ pageBytes: 10_000_000 }),
  'history.since': forgets('since of history'),
  'history.forbidden': tellsApart,

  'open.direct': changes('opened', () => ({ kind: 'group' })),
  'open.direct-once': forgets('one direct conversation'),
  'open.group': changes('opened', () => ({ title: undefined })),
  'open.titled-pair': forgets('titles of pairs'),
  'open.same-id': forgets('ids of groups'),
  'open.other-id': forgets('users of groups'),
  'open.after-leaving': forgets('leaving'),
  'open.alone': mends(({ members }) => (Array.isArray(members) ? { members: [members, 'somebody'].flat() } : {})),
  'open.too-many': settingsOf({ membersMax: 300 }),
  'open.named-twice': changes('opened', ({ members }) => ({ members: [...(members as string[]), 'somebody'] })),
  'open.no-message': changes('stored', ({ seq }) => ({ seq: Number(seq) + 1 })),
  'open.founders': forgets('founders'),

  'members.list': changes('members', ({ since }) => ({ since: Number(since) + 1 })),
  'members.entry': changes('message', () => ({ event: undefined })),
  'members.answer-first': replaces('members', (members, seen) => [entryOf(members, seen), members]),
  'members.opened': drops('opened', (_frame, seen) => !asked(seen)),
  'members.any-may-add': takes('members', (members, { heard }) =>
    heard.some(({ t }) => t === 'open') ? members : { ...members, conv: 'nowhere' },
  ),
  'members.removed': replaces('removed', (removed, seen) => [removed, entryOf(removed, seen)]),
  'members.leave': takes('members', (members, { user }) =>
    (members['remove'] as readonly unknown[] | undefined)?.includes(user) ? undefined : members,
  ),
  'members.rights': forgets('rights to remove'),
  'members.longest-standing': forgets('standing'),
  'members.no-change': forgets('no change'),
  'members.direct': forgets('direct'),
  'members.after-leaving': forgets('members only'),
  'members.again': forgets('since again'),
  'members.last-leaves': drops('error', ({ of }) => of === 'members'),
  'members.too-many': settingsOf({ membersMax: 300 }),
  'members.forbidden': tellsApart,

  'inbox.item': inEach('inbox', 'items', ({ unread }) => ({ unread: Number(unread) + 1 })),
  'inbox.direct': inEach('inbox', 'items', () => ({ kind: 'group' })),
  'inbox.empty': changes('inbox', () => ({ next: 'more' })),
  'inbox.no-messages': inEach('inbox', 'items', ({ seq, at }) => ({ at: seq === 0 ? 0 : at })),
  'inbox.newest-first': forgets('order of the inbox'),
  'inbox.unread': forgets('unread'),
  'inbox.unread-own': forgets('own unread'),
  'inbox.unread-since': forgets('unread since'),
  'inbox.preview': inEach('inbox', 'items', ({ preview }) => ({ preview: String(preview).slice(0, 100) })),
  'inbox.preview-event': inEach('inbox', 'items', ({ preview }) => ({ preview: preview || 'members changed' })),
  'inbox.pages': changes('inbox', () => ({ next: undefined })),
  'inbox.limit': takes('inbox', (inbox) => ({ limit: 10, ...inbox })),
  'inbox.members': settingsOf({ inboxOthers: 20 }),
  'inbox.left': changes('inbox', ({ items }, { told }) => {
    const before = told.findLast(({ t }) => t === 'inbox')?.['items'] ?? [];
    return { items: [items, before].flat() };
  }),
  'inbox.bad-page': mends(({ page }) => (isText(page) ? { page: undefined } : {})),

  'receipts.delivered': drops('delivered'),
  'receipts.read': drops('read'),
  'receipts.cursor': forgets('cursors acknowledge'),
  'receipts.not-oneself': forgets('oneself'),
  'receipts.own-read': drops('read', (read, { user }) => read['user'] === user),
  'receipts.read-is-no-ack': forgets('read is no ack'),
  'receipts.send-is-no-ack': forgets('send is no ack'),
  'receipts.authors': forgets('authors'),
  'receipts.newly-covered': forgets('newly covered'),
  'receipts.never-fall': forgets('never fall'),
  'receipts.bad-seq': forgets('bad seq'),
  'receipts.forbidden': drops('error', ({ of }) => of === 'read'),
  'receipts.large': settingsOf({ receiptsMembers: 1_000 }),
  'receipts.after-resumed': forgets('positions'),

  'typing.others': drops('typing'),
  'typing.seldom': settingsOf({ typingMs: 0 }),
  'typing.not-stored': takes('typing', () => ({ t: 'ping' })),
  'typing.members': forgets('typing of strangers'),
  'presence.at-once': drops('presence'),
  'presence.unknown': forgets('sharing'),
  'presence.never': changes('presence', ({ lastSeenAt }) => ({ lastSeenAt: lastSeenAt ?? 0 })),
  'presence.online': drops('presence', ({ state }) => state === 'online'),
  'presence.replaces': forgets('earlier watches'),
  'presence.one-of-two': forgets('other connections'),
  'presence.offline': settingsOf({ presenceMs: 3_600_000 }),
};
