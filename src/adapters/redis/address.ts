/**
 * Where the Redis servers are, as one URL: `redis://H:P[,H:P…]?durable=H:P` (each the primary of a shard, in order; the
 * first is the durable one too, unless another is named), or `redis+sentinel://H:P[,H:P…]?shards=a,b…&durable=H:P`
 * (Sentinels that know the shards by these names).
 */
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface RedisAddresses {
  /** Sentinels and the names of the shards; absent: the primaries are named themselves. */
  readonly sentinels?: { readonly addresses: readonly Address[]; readonly shards: readonly string[] };
  readonly primaries: readonly Address[];
  readonly durable: Address;
}

const wrong = (why: string): FaultError => new FaultError(fault('cli.usage', `the URL of Redis: ${why}`));

const addressOf = (text: string): Address => {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || port === undefined) throw wrong(`${text} is no HOST:PORT`);
  return { host, port: Number(port) };
};

/** Fails with `cli.usage`. */
export const parseRedisUrl = (url: string): RedisAddresses => {
  const [, scheme, hosts = '', query = ''] = /^(redis|redis\+sentinel):\/\/([^/?]+)\/?(?:\?(.*))?$/.exec(url) ?? [];
  if (scheme === undefined) throw wrong('it begins with redis:// or redis+sentinel://');
  const addresses = hosts.split(',').map(addressOf);
  const given = new URLSearchParams(query);
  const durable = given.get('durable');
  if (scheme === 'redis') {
    const [first] = addresses;
    if (first === undefined) throw wrong('it names no server');
    return { primaries: addresses, durable: durable === null ? first : addressOf(durable) };
  }
  const shards = (given.get('shards') ?? '').split(',').filter((name) => name !== '');
  if (shards.length === 0 || durable === null) throw wrong('with Sentinels it needs shards=… and durable=…');
  return { sentinels: { addresses, shards }, primaries: [], durable: addressOf(durable) };
};
