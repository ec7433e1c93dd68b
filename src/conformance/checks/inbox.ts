/** `inbox`: one line a conversation, newest first, in pages (sections 2, 3 and 4). */
import { check } from '#conformance/check';
import type { Client } from '#conformance/client';
import { newId } from '#conformance/client';
import type { Stage } from '#conformance/stage';
import { must, mustEqual, mustHold } from '#conformance/unmet';

const ofKey = { needs: ['key'] } as const;

const names = async (client: Client): Promise<string[]> => (await client.inbox()).items.map(({ conv }) => conv);

/** The inbox follows what happens a moment later: what it says of the conversation, as soon as it says so. */
const shows = (
  stage: Stage,
  client: Client,
  conv: string,
  expected: Readonly<Record<string, unknown>>,
): Promise<void> =>
  stage.soon(async () => {
    const { items } = await client.inbox({ limit: 100 });
    const item = items.find((one) => one.conv === conv);
    must(item !== undefined, 'an item of the conversation', items);
    mustHold(item, expected, 'the item');
  });

export const inboxChecks = [
  check('inbox.item', '3 inbox: conv, kind, title, members, since, seq, at, preview, unread', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const { conv } = await alice.open([bob.user], 'Title');
    const { at } = await alice.say(conv, 'the newest word');
    const item = { kind: 'group', title: 'Title', members: [alice.user], since: 1, seq: 1, at, unread: 1 };
    await shows(stage, bob, conv, { ...item, preview: 'the newest word' });
  }),

  check('inbox.direct', '3 inbox: a direct conversation has its kind, the other member and no title', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const { conv } = await alice.open([bob.user]);
    await alice.say(conv, 'just us');
    await shows(stage, bob, conv, { kind: 'direct', members: [alice.user], title: undefined, preview: 'just us' });
  }),

  check(
    'inbox.empty',
    '3 inbox: empty for who is in no conversation',
    async (stage) => {
      const [alice] = await stage.present(1);
      const { items, next } = await alice.inbox();
      mustEqual([items, next], [[], undefined], 'items and next');
    },
    ofKey,
  ),

  check('inbox.no-messages', '3 inbox without messages: seq 0, at of creation, preview empty', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const began = Date.now();
    const conv = await stage.group(alice, bob);
    await shows(stage, bob, conv, { seq: 0, preview: '', unread: 0 });
    const item = (await bob.inbox({ limit: 100 })).items.find((one) => one.conv === conv);
    must(Math.abs((item?.at ?? 0) - began) < 3_600_000, 'at: the time of creation', item);
  }),

  check(
    'inbox.newest-first',
    '3 inbox: newest first',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const convs = [await stage.group(alice, bob), await stage.group(alice, bob), await stage.group(alice, bob)];
      for (const conv of convs) {
        await stage.quiet(5);
        await alice.say(conv);
      }
      await stage.soon(async () => mustEqual(await names(bob), [...convs].reverse(), 'the order of the items'));
      await stage.quiet(5);
      await alice.say(convs[0] ?? '');
      await stage.soon(async () => mustEqual((await names(bob))[0], convs[0], 'the first item'));
    },
    ofKey,
  ),

  check('inbox.unread', '4 unread = last number minus read position', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.sayMany(conv, 5);
    await shows(stage, bob, conv, { seq: 5, unread: 5 });
    bob.read(conv, 3);
    await shows(stage, bob, conv, { unread: 2 });
    bob.read(conv, 5);
    await shows(stage, bob, conv, { unread: 0 });
  }),

  check('inbox.unread-own', '4 sending moves one’s own read position to that number', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.sayMany(conv, 3);
    await shows(stage, alice, conv, { seq: 3, unread: 0 });
    await bob.say(conv);
    await shows(stage, bob, conv, { seq: 4, unread: 0 });
    await shows(stage, alice, conv, { seq: 4, unread: 1 });
  }),

  check('inbox.unread-since', '4 unread counts from since on', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    await alice.sayMany(conv, 5);
    await alice.members(conv, { add: [carol.user] });
    await alice.say(conv);
    await shows(stage, carol, conv, { since: 6, seq: 7, unread: 2 });
  }),

  check('inbox.preview', '3 preview: 100 code points', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.say(conv, 'é👻'.repeat(80));
    await shows(stage, bob, conv, { preview: 'é👻'.repeat(50) });
    await alice.say(conv, '👻'.repeat(100));
    await shows(stage, bob, conv, { preview: '👻'.repeat(100) });
  }),

  check('inbox.preview-event', '3 preview: empty for an entry that changes members', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    await alice.say(conv, 'a word');
    await alice.members(conv, { add: [carol.user] });
    await shows(stage, bob, conv, { seq: 2, preview: '' });
  }),

  check(
    'inbox.pages',
    '2 inbox: limit; page is the `next` of the answer before; next? when there is more',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const convs: string[] = [];
      for (let n = 0; n < 5; n += 1) convs.push(await stage.group(alice, bob));
      await stage.soon(async () => mustEqual((await names(bob)).length, 5, 'items'));
      const found: string[] = [];
      const sizes: number[] = [];
      for (let page: string | undefined; sizes.length < 5;) {
        const { items, next } = await bob.inbox({ limit: 2, ...(page === undefined ? {} : { page }) });
        found.push(...items.map(({ conv }) => conv));
        sizes.push(items.length);
        if (next === undefined) break;
        page = next;
      }
      mustEqual(sizes, [2, 2, 1], 'the sizes of the pages');
      mustEqual([...found].sort(), [...convs].sort(), 'the items of all pages');
    },
    ofKey,
  ),

  check(
    'inbox.limit',
    '2 inbox: limit 20 when absent',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      for (let n = 0; n < 21; n += 1) await stage.group(alice, bob);
      await stage.soon(async () => mustEqual((await bob.inbox({ limit: 100 })).items.length, 21, 'items, at most 100'));
      const { items, next } = await bob.inbox();
      mustEqual([items.length, typeof next], [20, 'string'], 'the items of a page, and the type of next');
    },
    ofKey,
  ),

  check(
    'inbox.members',
    '3 inbox: up to 10 others',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const others = stage.crowd(12).map(({ name }) => name);
      const { conv } = await alice.open([bob.user, ...others], 'many');
      await shows(stage, alice, conv, {});
      const item = (await alice.inbox()).items.find((one) => one.conv === conv);
      const listed = new Set(item?.members);
      const all = new Set([bob.user, ...others]);
      must(listed.size === 10 && [...listed].every((user) => all.has(user)), '10 others, each once', item);
    },
    ofKey,
  ),

  check('inbox.left', '4 after leaving one sees nothing at all, also in the inbox', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.say(conv);
    await shows(stage, bob, conv, { seq: 1 });
    await alice.members(conv, { remove: [bob.user] });
    await stage.soon(async () => {
      const { items } = await bob.inbox({ limit: 100 });
      must(
        items.every((item) => item.conv !== conv),
        'no item of the conversation',
        items,
      );
    });
  }),

  check('inbox.bad-page', '2 inbox: page is the `next` of an answer, anything else a bad frame', async (stage) => {
    const [alice] = await stage.present(1);
    await alice.refused('gateway.bad_frame', { t: 'inbox', id: newId(), page: 'not of yours' });
  }),
];
