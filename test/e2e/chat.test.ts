// Two and three people chat over real sockets with a server of its own: numbers, order, identity, members, history.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '#test/e2e/driver/client';
import { Stage } from '#test/e2e/stage';

let stage: Stage;
let anna: Client;
let ben: Client;

beforeEach(async () => {
  stage = await Stage.open();
  anna = await stage.present('anna');
  ben = await stage.present('ben');
});

afterEach(() => stage.close());

const numbers = (client: Client, conv: string): number[] =>
  client.connection
    .received('message')
    .filter((message) => message.conv === conv)
    .map(({ seq }) => seq);

describe('a direct conversation', () => {
  test('is announced to the other one, and carries a message with all its fields', async () => {
    const opened = await anna.open(['ben']);
    expect(opened).toMatchObject({ kind: 'direct', since: 1, seq: 0 });
    expect([...opened.members].sort()).toEqual(['anna', 'ben']);
    const announced = await ben.connection.expect('opened');
    expect(announced).toMatchObject({ conv: opened.conv, kind: 'direct', since: 1, seq: 0 });
    expect(announced).not.toHaveProperty('id');

    const body = 'Grüße, 世界 🎆 \u0000 "\\ \n end';
    const stored = await anna.send(opened.conv, body, { meta: { colour: 'red', deep: [1, { a: null }] } });
    const message = await ben.connection.expect('message');
    const { seq, mid, at, id } = stored;
    const meta = { colour: 'red', deep: [1, { a: null }] };
    expect(message).toEqual({ t: 'message', conv: opened.conv, seq, mid, from: 'anna', id, body, at, meta });
    expect(seq).toBe(1);
    expect(mid).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(Math.abs(Date.now() - at)).toBeLessThan(10_000);
  });

  test('is the same one, whoever of the pair opens it, and however often', async () => {
    const first = await anna.open(['ben']);
    const again = await ben.open(['anna', 'ben']);
    const third = await anna.open(['ben', 'ben'], { id: 'another-open-id' });
    expect([again.conv, third.conv]).toEqual([first.conv, first.conv]);
    const titled = await anna.open(['ben'], { title: 'not the same' });
    expect(titled).toMatchObject({ kind: 'group', title: 'not the same' });
    expect(titled.conv).not.toBe(first.conv);
  });

  test('D2 D3 D9: two who talk at once see one order, numbered from 1 without gaps', async () => {
    const { conv } = await anna.open(['ben']);
    const all = Array.from({ length: 60 }, (_, index) => index);
    await Promise.all(all.flatMap((n) => [anna.send(conv, `anna ${n}`), ben.send(conv, `ben ${n}`)]));
    await Promise.all([anna.holds(conv, 120), ben.holds(conv, 120)]);
    const history = await anna.wholeHistory(conv);
    expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    for (const client of [anna, ben])
      expect(numbers(client, conv)).toEqual([...numbers(client, conv)].sort((one, other) => one - other));
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });

  test('D4 K5: the same id again is the same message, whatever it carries, also to another device', async () => {
    const { conv } = await anna.open(['ben']);
    const first = await anna.send(conv, 'once', { id: 'the-same-id' });
    const again = await anna.send(conv, 'other words', { id: 'the-same-id' });
    const phone = await stage.present('anna', { device: 'phone' });
    const over = await phone.send(conv, 'from elsewhere', { id: 'the-same-id' });
    expect([again, over]).toEqual([first, first]);
    const bens = await ben.send(conv, 'the id of one is nothing to the other', { id: 'the-same-id' });
    expect(bens.seq).toBe(2);
    expect((await ben.wholeHistory(conv)).map(({ body }) => body)).toEqual([
      'once',
      'the id of one is nothing to the other',
    ]);
  });

  test('D7: what somebody was shown is stored, even when the server dies at that moment', async () => {
    const { conv } = await anna.open(['ben']);
    void anna.send(conv, 'seen and gone');
    const seen = await ben.connection.expect('message');
    await stage.server.kill();
    await stage.server.start();
    await ben.connect();
    const { t: _, ...message } = seen;
    expect(await ben.wholeHistory(conv)).toEqual([message]);
  });
});

describe('a group', () => {
  test('reaches everyone, the other devices of the sender included, and is one for one open id', async () => {
    const cleo = await stage.present('cleo');
    const phone = await stage.present('anna', { device: 'phone' });
    const group = await anna.open(['ben', 'cleo'], { id: 'party-2026', title: 'Party' });
    expect(group).toMatchObject({ kind: 'group', title: 'Party', since: 1, seq: 0 });
    const again = await anna.open(['ben', 'cleo'], { id: 'party-2026', title: 'Party' });
    const bens = await ben.open(['anna', 'cleo'], { id: 'party-2026', title: 'Party' });
    expect(again.conv).toBe(group.conv);
    expect(bens.conv).not.toBe(group.conv);
    await anna.send(group.conv, 'come all');
    await Promise.all([ben, cleo, phone].map((client) => client.holds(group.conv, 1)));
    expect(numbers(anna, group.conv)).toEqual([]);
    expect(phone.connection.received('opened').map(({ conv }) => conv)).toContain(group.conv);
    expect(await stage.verdict(new Map([[group.conv, [anna, ben, cleo]]]))).toBe('');
  });

  test('changes of members are numbered entries; who joins sees nothing before, who leaves nothing after', async () => {
    const cleo = await stage.present('cleo');
    const { conv } = await anna.open(['ben'], { title: 'Two' });
    await anna.send(conv, 'before cleo');
    const added = await ben.members(conv, { add: ['cleo'] });
    expect(added).toMatchObject({ conv, since: 1 });
    expect([...added.members].sort()).toEqual(['anna', 'ben', 'cleo']);
    const opened = await cleo.connection.expect('opened');
    expect(opened).toMatchObject({ conv, since: 2, seq: 1, title: 'Two' });
    const entry = await cleo.connection.expect('message');
    expect(entry).toMatchObject({ seq: 2, from: 'ben', body: '', id: added.id, event: { add: ['cleo'], remove: [] } });
    await anna.send(conv, 'hello cleo');
    await Promise.all([anna.holds(conv, 3), ben.holds(conv, 3), cleo.holds(conv, 3)]);
    expect((await cleo.wholeHistory(conv)).map(({ seq }) => seq)).toEqual([2, 3]);

    await anna.members(conv, { remove: ['ben'] });
    await ben.connection.expect('removed');
    await anna.send(conv, 'ben is gone');
    await Promise.all([anna.holds(conv, 5), cleo.holds(conv, 5)]);
    await expect(ben.send(conv, 'still here?')).rejects.toThrow('conversation.forbidden');
    await expect(ben.history(conv)).rejects.toThrow('conversation.forbidden');
    await ben.ping();
    expect(numbers(ben, conv).at(-1)).toBe(3);
    expect(await stage.verdict(new Map([[conv, [anna, cleo]]]))).toBe('');
  });

  test('who comes back sees from the return on; what is so already is no change', async () => {
    const { conv } = await anna.open(['ben', 'cleo'], { title: 'Three' });
    await ben.members(conv, { remove: ['ben'] });
    await ben.connection.expect('removed');
    await anna.send(conv, 'meanwhile');
    await anna.members(conv, { add: ['ben'] });
    const opened = await ben.connection.expect('opened', ({ since }) => since > 1);
    expect(opened).toMatchObject({ since: 3, seq: 2 });
    const same = await anna.members(conv, { add: ['ben'], remove: ['nobody'] });
    expect(same).toMatchObject({ seq: 3 });
    await ben.send(conv, 'back');
    await Promise.all([anna.holds(conv, 4), ben.holds(conv, 4)]);
    expect((await ben.wholeHistory(conv)).map(({ seq }) => seq)).toEqual([3, 4]);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });

  test('any member may add and leave; only the creator, then the eldest, may remove others', async () => {
    const cleo = await stage.present('cleo');
    const { conv } = await anna.open(['ben', 'cleo'], { title: 'Three' });
    await expect(ben.members(conv, { remove: ['cleo'] })).rejects.toThrow('conversation.forbidden');
    await anna.members(conv, { remove: ['anna'] });
    await anna.connection.expect('removed');
    const after = await ben.members(conv, { remove: ['cleo'] });
    expect(after.members).toEqual(['ben']);
    await cleo.connection.expect('removed');
    await expect(cleo.members(conv)).rejects.toThrow('conversation.forbidden');
  });
});

describe('history', () => {
  test('pages forwards and backwards, both bounds exclusive, with `more` in the direction asked', async () => {
    const { conv } = await anna.open(['ben']);
    await Promise.all(Array.from({ length: 60 }, (_, n) => anna.send(conv, `message ${n}`)));
    const page = async (bounds: object): Promise<[number | undefined, number | undefined, boolean]> => {
      const { messages, more } = await ben.history(conv, bounds);
      const seqs = messages.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
      return [seqs[0], seqs.at(-1), more];
    };
    expect(await page({})).toEqual([11, 60, true]);
    expect(await page({ limit: 200 })).toEqual([1, 60, false]);
    expect(await page({ after: 0, limit: 10 })).toEqual([1, 10, true]);
    expect(await page({ after: 50, limit: 10 })).toEqual([51, 60, false]);
    expect(await page({ after: 49, limit: 10 })).toEqual([50, 59, true]);
    expect(await page({ after: 60 })).toEqual([undefined, undefined, false]);
    expect(await page({ before: 11, limit: 10 })).toEqual([1, 10, false]);
    expect(await page({ before: 12, limit: 10 })).toEqual([2, 11, true]);
    expect(await page({ before: 1 })).toEqual([undefined, undefined, false]);
  });

  test('a page ends at page.bytes, with `more`, and every frame stays below 512 KiB', async () => {
    const { conv } = await anna.open(['ben']);
    await Promise.all(Array.from({ length: 40 }, (_, n) => anna.send(conv, `${n} ${'x'.repeat(16_000)}`)));
    const first = await ben.history(conv, { after: 0, limit: 200 });
    expect(first.more).toBe(true);
    expect(JSON.stringify(first.messages).length).toBeLessThanOrEqual(262_144 + 512);
    expect(first.messages.length).toBeGreaterThan(10);
    const newest = await ben.history(conv, { limit: 200 });
    expect(newest).toMatchObject({ more: true });
    expect(newest.messages.at(-1)?.seq).toBe(40);
    expect((await ben.wholeHistory(conv)).map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });
});
