/** `history`: pages of a conversation, of what the reader may see (sections 2, 3 and 4). */
import { check } from '#conformance/check';
import type { Range } from '#conformance/client';
import { newId } from '#conformance/client';
import type { Stage } from '#conformance/stage';
import { must, mustEqual } from '#conformance/unmet';

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);

/** Alice and Bob in a group with as many messages. */
const written = async (stage: Stage, count: number, bodyOf?: (n: number) => string) => {
  const [alice, bob] = await stage.present(2);
  const conv = await stage.group(alice, bob);
  await alice.sayMany(conv, count, bodyOf);
  const page = async (range: Range = {}) => {
    const { messages, more } = await bob.history(conv, range);
    return { seqs: messages.map(({ seq }) => seq), more };
  };
  return { alice, bob, conv, page };
};

export const historyChecks = [
  check('history.newest', '2 neither bound: the newest, ascending; more: there are older ones', async (stage) => {
    const { page } = await written(stage, 8);
    mustEqual(await page({ limit: 3 }), { seqs: [6, 7, 8], more: true }, 'the newest three');
    mustEqual(await page({ limit: 8 }), { seqs: upTo(8), more: false }, 'all eight');
  }),

  check('history.after', '2 after: exclusive, ascending; more: there are newer ones', async (stage) => {
    const { page } = await written(stage, 8);
    mustEqual(await page({ after: 2, limit: 3 }), { seqs: [3, 4, 5], more: true }, 'three after 2');
    mustEqual(await page({ after: 5, limit: 3 }), { seqs: [6, 7, 8], more: false }, 'three after 5');
    mustEqual(await page({ after: 8 }), { seqs: [], more: false }, 'what is after the last');
    mustEqual(await page({ after: 0 }), { seqs: upTo(8), more: false }, 'all after 0');
  }),

  check('history.before', '2 before: exclusive, ascending; more: there are older ones', async (stage) => {
    const { page } = await written(stage, 8);
    mustEqual(await page({ before: 7, limit: 3 }), { seqs: [4, 5, 6], more: true }, 'three before 7');
    mustEqual(await page({ before: 4, limit: 3 }), { seqs: [1, 2, 3], more: false }, 'three before 4');
    mustEqual(await page({ before: 1 }), { seqs: [], more: false }, 'what is before the first');
    mustEqual(await page({ before: 99, limit: 2 }), { seqs: [7, 8], more: true }, 'two before what is not there yet');
  }),

  check('history.limit', '2 limit: 50 when absent, 200 at most', async (stage) => {
    const { page } = await written(stage, 60);
    mustEqual(await page(), { seqs: upTo(60, 11), more: true }, 'the newest, without a limit');
    mustEqual(await page({ after: 0 }), { seqs: upTo(50), more: true }, 'the first, without a limit');
    mustEqual(await page({ limit: 200 }), { seqs: upTo(60), more: false }, 'with the largest limit');
  }),

  check('history.messages', '3 history: as `message`, without `t`', async (stage) => {
    const { alice, bob, conv } = await written(stage, 1);
    await alice.say(conv, 'with meta', { meta: { a: 1 } });
    await bob.message(conv, 2);
    const expected = bob.messages(conv).map(({ t: _t, ...message }) => message);
    mustEqual((await bob.history(conv)).messages, expected, 'messages of the history');
  }),

  check(
    'history.large',
    '1 frames from the server: at most 512 KiB; a page that ends early has more',
    async (stage) => {
      const { bob, conv } = await written(stage, 40, () => 'b'.repeat(16_000));
      const found: number[] = [];
      for (let more = true; more;) {
        const page = await bob.history(conv, { after: found.at(-1) ?? 0, limit: 200 });
        found.push(...page.messages.map(({ seq }) => seq));
        must(page.messages.length > 0, 'a page that brings us on', page);
        more = page.more;
      }
      mustEqual(found, upTo(40), 'the numbers of all pages');
    },
  ),

  check('history.since', '4 one sees nothing below since', async (stage) => {
    const { alice, conv } = await written(stage, 3);
    const [, , person] = stage.people(3);
    const carol = await stage.connect(person);
    const { seq } = await alice.members(conv, { add: [carol.user] });
    await alice.say(conv, 'after');
    const read = async (range: Range) => (await carol.history(conv, range)).messages.map((one) => one.seq);
    mustEqual(await read({}), [seq, seq + 1], 'the newest');
    mustEqual(await read({ after: 0 }), [seq, seq + 1], 'all after 0');
    mustEqual(await read({ before: seq }), [], 'what is before since');
    must(!(await carol.history(conv, { before: seq + 1 })).more, 'no more before since', 'more');
  }),

  check(
    'history.forbidden',
    '4 no such conversation and no member answer alike: conversation.forbidden',
    async (stage) => {
      const { conv } = await written(stage, 1);
      const [, , person] = stage.people(3);
      const carol = await stage.connect(person);
      const refused = async (name: string) => {
        const frame = { t: 'history', id: newId(), conv: name };
        const { id: _id, conv: _conv, ...rest } = await carol.refused('conversation.forbidden', frame);
        return rest;
      };
      mustEqual(await refused(conv), await refused(`${conv.slice(0, 20)}-no`), 'the same answer');
    },
  ),
];
