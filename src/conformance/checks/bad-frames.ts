/** Each class of bad frames is refused, without effect, on a connection that lives (sections 1, 2 and 5). */
import { check } from '#conformance/check';
import type { Check } from '#conformance/check';
import { newId } from '#conformance/client';
import type { Sent } from '#conformance/link';
import { mustEqual } from '#conformance/unmet';

/** At most nine: the tenth would close the connection. */
const eachIsBad = (name: string, rule: string, frames: (id: () => string) => readonly Sent[]): Check =>
  check(name, rule, async (stage) => {
    const [alice] = await stage.present(1);
    for (const frame of frames(newId)) {
      if ('id' in frame && typeof frame['id'] === 'string') await alice.refused('gateway.bad_frame', frame);
      else await alice.refusedOf('gateway.bad_frame', frame);
    }
    await alice.taken();
  });

const conv = 'some-conv';
const body = 'a word';

export const badFrameChecks = [
  check('bad.json', '1 one JSON object per text frame', async (stage) => {
    const [alice] = await stage.present(1);
    const texts = ['', 'not json', '{"t":"ping"', '[]', 'null', '"ping"', '{}', '{"t":7}'];
    for (const [index, text] of texts.entries()) {
      alice.raw(text);
      await alice.until(() => alice.all('error')[index], `an error for ${JSON.stringify(text)}`);
    }
    const codes = [...new Set(alice.all('error').map(({ code }) => code))];
    mustEqual(codes, ['gateway.bad_frame'], 'the codes of all errors');
    await alice.taken();
  }),

  eachIsBad('bad.id', '1 id: 8 to 64 characters of [A-Za-z0-9_-]', () => [
    { t: 'send', id: 'seven-7', conv, body },
    { t: 'send', id: 'i'.repeat(65), conv, body },
    { t: 'send', id: 'with space', conv, body },
    { t: 'send', id: 'späße-aber', conv, body },
    { t: 'send', conv, body },
    { t: 'history', id: 'seven-7', conv },
    { t: 'open', id: 'seven-7', members: ['somebody'] },
  ]),

  eachIsBad('bad.body', '1 body: 1 byte at least, well-formed Unicode', (id) => [
    { t: 'send', id: id(), conv, body: '' },
    { t: 'send', id: id(), conv },
    { t: 'send', id: id(), conv, body: 7 },
    { t: 'send', id: id(), conv, body: 'half \ud83d pair' },
    { t: 'send', id: id(), conv, body: '\udc00' },
  ]),

  eachIsBad('bad.meta', '1 meta: a JSON object', (id) => [
    { t: 'send', id: id(), conv, body, meta: [] },
    { t: 'send', id: id(), conv, body, meta: 'text' },
    { t: 'send', id: id(), conv, body, meta: null },
  ]),

  eachIsBad('bad.conv', '1 conv: a string of at most 64 characters', (id) => [
    { t: 'send', id: id(), conv: 'c'.repeat(65), body },
    { t: 'send', id: id(), conv: 7, body },
    { t: 'send', id: id(), body },
    { t: 'ack', seq: 1 },
    { t: 'typing' },
    { t: 'history', id: id() },
    { t: 'members', id: id() },
  ]),

  eachIsBad('bad.seq', '2 ack and read: seq is a number of a message', () => [
    { t: 'ack', conv },
    { t: 'ack', conv, seq: -1 },
    { t: 'ack', conv, seq: 1.5 },
    { t: 'ack', conv, seq: '1' },
    { t: 'read', conv },
    { t: 'read', conv, seq: -1 },
    { t: 'read', conv, seq: 1.5 },
  ]),

  eachIsBad('bad.history', '2 history: limit 1-200; both bounds: bad frame', (id) => [
    { t: 'history', id: id(), conv, after: 1, before: 5 },
    { t: 'history', id: id(), conv, limit: 0 },
    { t: 'history', id: id(), conv, limit: 201 },
    { t: 'history', id: id(), conv, limit: 1.5 },
    { t: 'history', id: id(), conv, after: -1 },
  ]),

  eachIsBad('bad.inbox', '2 inbox: limit 1-100', (id) => [
    { t: 'inbox', id: id(), limit: 0 },
    { t: 'inbox', id: id(), limit: 101 },
    { t: 'inbox', id: id(), limit: '20' },
    { t: 'inbox', id: id(), page: 7 },
  ]),

  eachIsBad('bad.members', '1 user: [A-Za-z0-9][A-Za-z0-9_.-]{0,63}', (id) => [
    { t: 'open', id: id(), members: ['-dash'] },
    { t: 'open', id: id(), members: ['u'.repeat(65)] },
    { t: 'open', id: id(), members: 'somebody' },
    { t: 'open', id: id() },
    { t: 'open', id: id(), members: ['somebody'], title: 7 },
    { t: 'members', id: id(), conv, add: ['with space'] },
    { t: 'members', id: id(), conv, remove: [''] },
  ]),

  eachIsBad('bad.watch', '2 watch: at most 100 users', () => [
    { t: 'watch', users: Array.from({ length: 101 }, (_, n) => `user-${n}`) },
    { t: 'watch', users: ['-dash'] },
    { t: 'watch' },
  ]),
];
