/** Where the data of a user is, and where the servers are: both from text alone. */
import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '#adapters/redis/address';
import { shardOf } from '#adapters/redis/routing';

describe('the shard of a user', () => {
  it('A4 A5 is the user id modulo the number of primaries: 4523897 of 10 is on 7', () => {
    expect(shardOf('4523897', 10)).toBe(7);
    expect(['0', '9', '10', '123456789012345'].map((user) => shardOf(user, 10))).toEqual([0, 9, 0, 5]);
  });

  it('A5 of any other name is that of its published hash, FNV-1a', () => {
    // 32-bit FNV-1a of "foobar" is 0xbf9cf968.
    expect(shardOf('foobar', 0xffffffff)).toBe(0xbf9cf968);
    expect(shardOf('1234567890123456', 10)).not.toBe(NaN);
    const counts = new Array<number>(10).fill(0);
    for (let n = 0; n < 10_000; n += 1) counts[shardOf(`user-${n}`, 10)] = (counts[shardOf(`user-${n}`, 10)] ?? 0) + 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
  });
});

describe('the URL of Redis', () => {
  it('names the primaries in order; the first is the durable one unless another is named', () => {
    const [one, two] = [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ];
    expect(parseRedisUrl('redis://a:1,b:2')).toEqual({ primaries: [one, two], durable: one });
    expect(parseRedisUrl('redis://a:1/?durable=b:2')).toEqual({ primaries: [one], durable: two });
  });

  it('or Sentinels, the names that they know, and the durable one', () => {
    expect(parseRedisUrl('redis+sentinel://a:1,b:2?shards=s0,s1&durable=c:3')).toMatchObject({
      sentinels: { addresses: [{ host: 'a' }, { host: 'b' }], shards: ['s0', 's1'] },
      ...{ primaries: [], durable: { host: 'c', port: 3 } },
    });
  });

  it.each(['http://a:1', 'redis://a', 'redis+sentinel://a:1?durable=b:2', 'redis+sentinel://a:1?shards=s', 'redis://'])(
    '%s is wrong usage',
    (url) => {
      expect(() => parseRedisUrl(url)).toThrow(expect.objectContaining({ code: 'cli.usage' }) as Error);
    },
  );
});
