// Rights: random operations of six users over WebSocket and HTTP against a model of who may see what. Each answer must
// be the one that the model gives, and no text that a user was ever shown may hold a secret from outside membership.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Somebody } from '#test/e2e/rights/actors';
import type { Said } from '#test/e2e/rights/actors';
import { Rights, secretOf, secretsIn } from '#test/e2e/rights/model';
import type { Modelled } from '#test/e2e/rights/model';
import { sleep } from '#test/e2e/driver/wait';
import { Stage } from '#test/e2e/stage';

const operations = 2_500;
const names = ['ann', 'bea', 'cid', 'dov', 'eva', 'flo'];
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ limits: { 'send.user.perSecond': 0, 'frames.perSecond': 0 } });
});

afterAll(() => stage.close());

const drawn = fc.record({
  kind: fc.constantFrom(
    ...(['send', 'send', 'send', 'history', 'history', 'add', 'remove', 'leave', 'members', 'inbox'] as const),
    ...(['open', 'direct', 'read', 'typing', 'watch', 'reconnect'] as const),
  ),
  user: fc.nat(names.length - 1),
  other: fc.nat(names.length - 1),
  conv: fc.nat(30),
  n: fc.nat(40),
  http: fc.boolean(),
});

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

const forbidden: Said = { code: 'conversation.forbidden' };

class World {
  readonly rights = new Rights();
  readonly counts: Record<string, number> = {};

  constructor(readonly people: readonly Somebody[]) {}

  async step({ kind, user, other, conv: index, n, http }: Drawn): Promise<void> {
    const me = this.people[user] as Somebody;
    const you = this.people[other] as Somebody;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (kind === 'open' || this.rights.convs.length === 0) return this.open(me, you, n, http);
    if (kind === 'direct') return this.direct(me, you, http);
    if (kind === 'inbox') return this.inbox(me, http);
    if (kind === 'watch') return me.client.connection.send({ t: 'watch', users: names });
    if (kind === 'reconnect') return this.reconnect(me);
    const conv = this.rights.convs[index % this.rights.convs.length] as Modelled;
    if (kind === 'send') return this.send(me, conv, http);
    if (kind === 'history') return this.history(me, conv, n, http);
    if (kind === 'members') return this.members(me, conv, http);
    if (kind === 'read') return me.client.connection.send({ t: 'read', conv: conv.conv, seq: n });
    if (kind === 'typing') return me.client.connection.send({ t: 'typing', conv: conv.conv });
    await this.change(me, kind === 'add' ? 'add' : 'remove', kind === 'leave' ? me : you, conv, http);
  }

  async open(me: Somebody, you: Somebody, n: number, http: boolean): Promise<void> {
    const others = [...new Set([you.user, names[n % names.length] ?? ''])].filter((name) => name !== me.user);
    if (others.length === 0 || this.rights.convs.filter(({ kind }) => kind === 'group').length >= 12) return;
    const title = secretOf(this.rights.convs.length, 0);
    const said = http
      ? await me.http('/conversations', { id: me.id(), members: others, title })
      : await me.ws(me.client.open(others, { title }));
    if ('code' in said) throw new Error(`open: ${said.code}`);
    this.rights.open(String(said.ok['conv']), 'group', [me.user, ...others]);
  }

  async direct(me: Somebody, you: Somebody, http: boolean): Promise<void> {
    const said = http
      ? await me.http('/conversations', { id: me.id(), members: [you.user] })
      : await me.ws(me.client.open([you.user]));
    if (me === you) return expect(said).toEqual({ code: 'conversation.too_few_members' });
    if ('code' in said) throw new Error(`direct: ${said.code}`);
    const known = this.rights.direct(me.user, you.user);
    if (known === undefined) this.rights.open(String(said.ok['conv']), 'direct', [me.user, you.user]);
    else expect(said.ok['conv']).toBe(known.conv);
  }

  async send(me: Somebody, conv: Modelled, http: boolean): Promise<void> {
    const body = secretOf(conv.index, conv.last + 1);
    const said = http
      ? await me.http('/messages', { id: me.id(), conv: conv.conv, body })
      : await me.ws(me.client.send(conv.conv, body));
    if (this.rights.memberOf(conv, me.user) === undefined) return expect(said).toEqual(forbidden);
    conv.last += 1;
    expect(said).toMatchObject({ ok: { seq: conv.last } });
  }

  async history(me: Somebody, conv: Modelled, n: number, http: boolean): Promise<void> {
    const said = http
      ? await me.http(`/messages?conv=${conv.conv}&${n % 2 ? `after=${n}` : 'since=0'}&limit=200`)
      : await me.ws(me.client.history(conv.conv, { after: n, limit: 200 }));
    const member = this.rights.memberOf(conv, me.user);
    if (member === undefined) return expect(said).toEqual(forbidden);
    const from = Math.max(member.since, http && n % 2 === 0 ? 1 : n + 1);
    const seqs = Array.from({ length: Math.max(0, conv.last - from + 1) }, (_, at) => from + at);
    const { messages } = (said as { ok: { messages: { seq: number }[] } }).ok;
    expect(messages.map(({ seq }) => seq)).toEqual(seqs.slice(0, 200));
  }

  async members(me: Somebody, conv: Modelled, http: boolean): Promise<void> {
    const said = http
      ? await me.http(`/conversations/${conv.conv}/members`)
      : await me.ws(me.client.members(conv.conv));
    const member = this.rights.memberOf(conv, me.user);
    if (member === undefined) return expect(said).toEqual(forbidden);
    const members = conv.members.map(({ user }) => user);
    expect(said).toMatchObject({ ok: { members, since: member.since, seq: conv.last } });
  }

  async inbox(me: Somebody, http: boolean): Promise<void> {
    const said = http ? await me.http('/inbox?limit=100') : await me.ws(me.client.inbox());
    const { items } = (said as { ok: { items: { conv: string; since: number; seq: number }[] } }).ok;
    const mine = this.rights.convs.flatMap((conv) => {
      const member = this.rights.memberOf(conv, me.user);
      return member === undefined ? [] : [{ conv: conv.conv, since: member.since, seq: conv.last }];
    });
    const byName = (one: { conv: string }, two: { conv: string }): number => (one.conv < two.conv ? -1 : 1);
    expect(items.map(({ conv, since, seq }) => ({ conv, since, seq })).sort(byName)).toEqual(mine.sort(byName));
  }

  async change(me: Somebody, how: 'add' | 'remove', you: Somebody, conv: Modelled, http: boolean): Promise<void> {
    const said = http
      ? await me.http(`/conversations/${conv.conv}/members`, { [how]: [you.user] })
      : await me.ws(me.client.members(conv.conv, { [how]: [you.user] }));
    const { rights } = this;
    if (rights.memberOf(conv, me.user) === undefined) return expect(said).toEqual(forbidden);
    if (conv.kind === 'direct') return expect(said).toEqual({ code: 'conversation.direct' });
    const isIn = rights.memberOf(conv, you.user) !== undefined;
    if (how === 'remove' && isIn && !rights.mayRemove(conv, me.user, you.user)) return expect(said).toEqual(forbidden);
    if (how === 'add' && !isIn) rights.add(conv, you.user);
    if (how === 'remove' && isIn) rights.remove(conv, you.user);
    expect(said).toMatchObject({ ok: { conv: conv.conv } });
    if (me !== you || how === 'add') expect(said).toMatchObject({ ok: { seq: conv.last } });
  }

  async reconnect(me: Somebody): Promise<void> {
    await me.client.cut();
    await me.client.connect();
  }

  /** What somebody was shown and must not know. */
  leaks(): string[] {
    return this.people.flatMap((me) =>
      me.texts().flatMap((text) =>
        secretsIn(text)
          .filter(([index, seq]) => !this.rights.mayKnow(index, seq, me.user))
          .map(([index, seq]) => `${me.user} was shown number ${seq} of conversation ${index}: ${text.slice(0, 200)}`),
      ),
    );
  }

  /** Who is seen online by somebody who shares nothing with them. */
  strangersSeen(): string[] {
    return this.people.flatMap((me) =>
      me.client.connection
        .received('presence')
        .slice(-names.length)
        .flatMap(({ user, state }) =>
          state !== 'unknown' && !this.rights.share(me.user, user) ? [`${me.user} sees ${user} as ${state}`] : [],
        ),
    );
  }
}

test(`no content is shown outside membership, over ${operations} operations`, { timeout: 120_000 }, async () => {
  const run = fc.asyncProperty(fc.array(drawn, { minLength: operations, maxLength: operations }), async (steps) => {
    const world = new World(await Promise.all(names.map((name) => Somebody.come(stage, name))));
    for (const step of steps) await world.step(step);
    for (const me of world.people) me.client.connection.send({ t: 'watch', users: names });
    await sleep(1_000);
    expect(world.leaks()).toEqual([]);
    expect(world.strangersSeen()).toEqual([]);
    // A run in which little was shown proves little.
    const shown = world.people.flatMap((me) => me.texts().flatMap(secretsIn)).length;
    expect(shown).toBeGreaterThan(operations / 4);
    for (const times of Object.values(world.counts)) expect(times).toBeGreaterThan(operations / 50);
  });
  await fc.assert(run, { numRuns: 1, endOnFailure: true });
});
