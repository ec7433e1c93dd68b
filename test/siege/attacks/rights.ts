/** Who may not get in, and what those who are in may not see: tokens, silence at the door, conversations of others. */
import { sleep } from '#test/e2e/driver/wait';
import type { Attack, Camp } from '#test/siege/attack';
import { forgeries } from '#test/siege/tools/tokens';
import type { Json } from '#test/siege/tools/tokens';
import type { Heard, Wire } from '#test/siege/tools/wire';

async function badTokens(camp: Camp): Promise<void> {
  for (const [what, token] of Object.entries(forgeries(camp.recruit(), camp.target.secret))) {
    const wire = await camp.wire();
    wire.say({ t: 'hello', token, device: 'd1' });
    await camp.ends(wire, `a token: ${what}`, '4101');
    if (wire.frames.some(({ t }) => t === 'welcome')) camp.wrong(`welcome for a token: ${what}`);
  }
}

async function noHello(camp: Camp): Promise<void> {
  const silent = await camp.wire();
  const clumsy = await camp.wire();
  clumsy.raw('{"t":"hello"}');
  const early = await camp.wire();
  early.say({ t: 'send', id: 'send-0001', conv: camp.target.foreign[0], body: 'before hello' });
  camp.expect('a send before hello', String((await camp.answer(early, 'error'))?.['code']), 'gateway.not_ready');
  await Promise.all([
    camp.ends(silent, 'nothing said', '4101'),
    camp.ends(clumsy, 'a bad hello', '4101'),
    camp.ends(early, 'a send instead', '4101'),
  ]);
}

/** What is asked of a conversation, and answered under an id. */
const questions = (conv: string, me: string): readonly (Json & { t: string; id: string })[] => [
  { t: 'send', id: 'foreign-send', conv, body: 'let me in' },
  { t: 'history', id: 'foreign-history', conv },
  { t: 'history', id: 'foreign-page', conv, after: 0, limit: 200 },
  { t: 'members', id: 'foreign-members', conv },
  { t: 'members', id: 'foreign-add', conv, add: [me] },
  { t: 'members', id: 'foreign-leave', conv, remove: [me] },
  { t: 'members', id: 'foreign-remove', conv, remove: ['user0', 'user1'] },
];

/** All that a stranger can tell from an answer, but the names that were asked for. */
const words = (frame: Heard | undefined): string => JSON.stringify({ ...frame, conv: '' });

/** Of a conversation of others and of one that there is not, one hears the same. */
async function alike(camp: Camp, wire: Wire, me: string): Promise<void> {
  for (const conv of camp.target.foreign) {
    const nowhere = `${conv.slice(0, 2)}${'0'.repeat(conv.length - 2)}`;
    for (const question of questions(conv, me)) {
      camp.expect(question.t, await camp.ask(wire, question), 'conversation.forbidden');
      wire.say(question);
      const about = words(await camp.answer(wire, 'error', question.id));
      wire.say({ ...question, conv: nowhere });
      const aboutNothing = words(await camp.answer(wire, 'error', question.id));
      if (about !== aboutNothing) camp.wrong(`${question.t}: told apart: ${about} and ${aboutNothing}`);
    }
  }
}

/** What is told without an id: of either conversation one hears the same, be it an error or nothing. */
async function toldAlike(camp: Camp, wire: Wire): Promise<void> {
  const [conv = ''] = camp.target.foreign;
  wire.frames.splice(0);
  for (const t of ['ack', 'read', 'typing']) {
    const heard: string[] = [];
    for (const told of [conv, 'nowhere']) {
      wire.say({ t, conv: told, seq: 1 });
      await camp.lives(wire, t);
      // What the conversation answers may come after the pong.
      await sleep(20);
      heard.push(words(wire.frames.splice(0)[0]));
    }
    camp.expect(`${t} of either`, heard[0] === heard[1] ? 'alike' : heard.join(' and '), 'alike');
  }
  wire.say({ t: 'watch', users: ['user0'] });
  camp.expect('watching a stranger', String((await camp.answer(wire, 'presence'))?.['state']), 'unknown');
}

/** The id of somebody's `open` is theirs: with the same one others get a conversation of their own. */
async function openGames(camp: Camp, wire: Wire, me: string): Promise<void> {
  const owner = await camp.guest();
  const open = { t: 'open', id: 'open-game-1', members: ['somebody'], title: 'mine' };
  owner.say(open);
  const theirs = (await camp.answer(owner, 'opened', open.id))?.['conv'];
  wire.say(open);
  const mine = (await camp.answer(wire, 'opened', open.id))?.['conv'];
  camp.expect('the same id by another user', mine !== theirs ? 'another one' : 'the same', 'another one');
  const left = await camp.ask(wire, { t: 'members', id: 'leave-0001', conv: mine, remove: [me] });
  camp.expect('leaving', left, 'members');
  camp.expect('opening what one has left', await camp.ask(wire, open), 'conversation.forbidden');
  camp.expect(
    'its history',
    await camp.ask(wire, { t: 'history', id: 'left-0001', conv: mine }),
    'conversation.forbidden',
  );
  owner.line.cut();
}

async function trespass(camp: Camp): Promise<void> {
  const me = camp.recruit();
  const wire = await camp.guest(me);
  await alike(camp, wire, me);
  await toldAlike(camp, wire);
  await openGames(camp, wire, me);
  if (wire.frames.some(({ t }) => t === 'message')) camp.wrong('a message of others');
  wire.line.cut();
}

export const rights: readonly Attack[] = [
  { name: 'no hello', answer: '4101', memoryMiB: 64, strike: (camp) => camp.again(20, 10, () => noHello(camp)) },
  { name: 'forged tokens', answer: '4101', memoryMiB: 64, strike: (camp) => camp.again(2, 10, () => badTokens(camp)) },
  {
    name: 'conversations of others',
    answer: 'conversation.forbidden, as if they did not exist',
    memoryMiB: 64,
    strike: (camp) => camp.again(2, 10, () => trespass(camp)),
  },
];
