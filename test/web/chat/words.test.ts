// What the page says, and to whom it belongs: times, people, faults, tokens, accounts.
import { describe, expect, it } from 'vitest';
import { Accounts } from '#web/chat/accounts';
import type { TextStore } from '#web/chat/accounts';
import { emptyModel } from '#web/chat/model';
import { namesIn } from '#web/chat/names';
import { accountOf, convIn, hashOf, tokenIn } from '#web/chat/token';
import * as words from '#web/chat/words';
import { conversation, noon } from '#test/web/chat/kit';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe('words', () => {
  it('for days: today, yesterday, the name of the day, the date', () => {
    expect(words.dayWords(noon - hour, noon)).toBe('Today');
    expect(words.dayWords(noon - 13 * hour, noon)).toBe('Yesterday');
    expect(words.dayWords(noon - 3 * day, noon)).toMatch(/^\p{L}+$/u);
    expect(words.dayWords(noon - 9 * day, noon)).toContain('2026');
    expect([words.whenWords(0, noon), words.whenWords(noon - day, noon)]).toEqual(['', 'Yesterday']);
  });

  it('K15 C33 for who is not known to be here: when they were last seen, and never that they are', () => {
    const seen = (state: 'online' | 'offline' | 'unknown', lastSeenAt: number | null): string =>
      words.presenceWords({ state, lastSeenAt }, noon);
    expect(seen('online', noon)).toBe('online');
    for (const state of ['offline', 'unknown'] as const) {
      expect(seen(state, null)).toBe('');
      expect(seen(state, noon - 30_000)).toBe('last seen just now');
      expect(seen(state, noon + minute)).toBe('last seen just now');
      expect(seen(state, noon - minute)).toBe('last seen 1 minute ago');
      expect(seen(state, noon - 59 * minute)).toBe('last seen 59 minutes ago');
      expect(seen(state, noon - 2 * hour)).toMatch(/^last seen today at /);
      expect(seen(state, noon - day)).toMatch(/^last seen yesterday at /);
      expect(seen(state, noon - 40 * day)).toMatch(/^last seen on .+ at /);
    }
    expect(words.presenceWords(undefined, noon)).toBe('');
  });

  it('for people: names, titles, who types, who came and went', () => {
    expect(words.namesWords(['a'])).toBe('a');
    expect(words.namesWords(['a', 'b', 'c'])).toBe('a, b and c');
    expect(words.namesWords(['a', 'b', 'c', 'd', 'e'])).toBe('a, b and 3 others');
    expect(words.titleOf(conversation(0))).toBe('bob');
    expect(words.titleOf(conversation(0, { others: [] }))).toBe('Somebody');
    const typing = conversation(0, { kind: 'group', others: ['bob', 'carol'], typing: new Set(['bob', 'carol']) });
    expect(words.statusWords(typing, emptyModel('alice'), noon)).toBe('bob and carol are typing …');
    expect(words.eventWords('bob', { add: ['alice'], remove: [] }, 'alice')).toBe('bob added you');
    expect(words.eventWords('alice', { add: ['bob'], remove: ['carol'] }, 'alice')).toBe(
      'You added bob and removed carol',
    );
    expect(words.eventWords('bob', { add: [], remove: ['bob'] }, 'alice')).toBe('bob left');
  });

  it('for no connection: what waits, and nothing while all is well', () => {
    const away = { ...emptyModel('alice'), connection: 'reconnecting', isAway: true } as const;
    expect(words.bannerWords({ ...away, isAway: false }, 3)).toBeUndefined();
    expect(words.bannerWords(away, 0)).toBe('No connection. Trying again …');
    expect(words.bannerWords({ ...away, connection: 'offline' }, 1)).toContain('1 message is waiting');
    expect(words.faultWords({ code: 'a.new_one', message: 'so it is' })).toBe('That did not work: so it is');
  });

  it('that are names: several, each once, and what cannot be one', () => {
    expect(namesIn(' bob, carol;@dave  bob')).toEqual({ users: ['bob', 'carol', 'dave'], wrong: undefined });
    expect(namesIn('bob, no/name').wrong).toBe('no/name');
    expect(namesIn('').users).toEqual([]);
  });
});

const base64Url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (sub: unknown, exp?: number): string =>
  `${base64Url({ alg: 'HS256' })}.${base64Url({ sub, exp })}.c2ln`;

describe('tokens', () => {
  it('say whose they are; what is none says nothing', () => {
    expect(accountOf(` ${tokenOf('alice', 5)}\n`)).toEqual({ user: 'alice', token: tokenOf('alice', 5), exp: 5_000 });
    expect(accountOf(tokenOf('alice'))?.exp).toBe(Infinity);
    for (const wrong of ['', 'a.b', 'a.b.c', 'a.b.c.d', tokenOf(7), tokenOf('no name'), tokenOf('<b>')])
      expect(accountOf(wrong)).toBeUndefined();
  });

  it('come by the address, which otherwise says what is looked at', () => {
    expect(tokenIn('#token=abc')).toBe('abc');
    expect(tokenIn('#/c/x')).toBeUndefined();
    expect(convIn(hashOf('d_ä/#'))).toBe('d_ä/#');
    for (const hash of ['', '#/', hashOf(undefined), '#/c/%', '#/c/']) expect(convIn(hash)).toBeUndefined();
  });

  it('are kept for each user; a tab stays who it is, a new one is who alone is there', () => {
    const store = (): TextStore & { readonly kept: Map<string, string> } => {
      const kept = new Map<string, string>();
      return {
        kept,
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
      };
    };
    const [shared, own] = [store(), store()];
    const accounts = new Accounts(shared, own);
    const account = (user: string, exp: number) => ({ user, token: tokenOf(user, exp), exp: exp * 1_000 });
    accounts.enter(account('bob', 50));
    expect(new Accounts(shared, store()).current(0)?.user).toBe('bob');
    accounts.enter(account('alice', 9));
    accounts.enter(account('alice', 10));
    expect(accounts.list(0).map(({ user, exp }) => [user, exp])).toEqual([
      ['alice', 10_000],
      ['bob', 50_000],
    ]);
    expect(accounts.current(0)?.user).toBe('alice');
    expect(accounts.current(10_000)).toBeUndefined();
    expect(new Accounts(shared, store()).current(0)).toBeUndefined();
    accounts.leave('alice');
    expect(accounts.list(0).map(({ user }) => user)).toEqual(['bob']);
    shared.kept.set('hogmanay.tokens', '{');
    expect(accounts.list(0)).toEqual([]);
  });
});
