/**
 * The bus over Redis: each user's registrations and newest numbers are on their shard, and a node hears of them on a
 * channel of its own there. One script for each shard that a fan-out concerns.
 */
import type { Redis } from 'ioredis';
import type { Conv, Device, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';
import { fault } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import { inboxOthers, previewOf } from '#contract/inbox';
import type { Limits } from '#contract/limits';
import type { Look, NewsIndex } from '#contract/parts/news-index';
import type { LastKnown, NodeMessage, Notice, SessionAddress } from '#contract/ports/bus';
import type { Log } from '#contract/ports/system';
import type { Fleet } from '#adapters/redis/fleet';
import { fanOut, fillLast, look, tell } from '#adapters/redis/news-scripts';
import { register, restore, unregister } from '#adapters/redis/session-scripts';
import type { Shard } from '#adapters/redis/shard';
import { subscribe } from '#adapters/redis/subscribing';

export interface NewsKit {
  readonly fleet: Fleet;
  readonly prefix: string;
  readonly limits: Limits;
  readonly log: Log;
}

const effect = <T>(work: () => Promise<T>): Effect<T> =>
  fromPromise(work, (error) =>
    error instanceof FaultError ? error : fault('store.unavailable', `Redis: ${String(error)}`, 'unknown'),
  );

const addressOf = (user: User, device: Device, text: string): SessionAddress => {
  const [, epoch = '0', node = '', session = ''] = /^(\d+)\|([^|]*)\|(.*)$/.exec(text) ?? [];
  return { user, device, node, session, epoch: Number(epoch) };
};

/** Fields and values, one after the other. */
const lastsOf = (flat: readonly string[]): Map<Conv, LastKnown> => {
  const last = new Map<Conv, LastKnown>();
  for (let at = 0; at < flat.length; at += 2) {
    const [seq, since, left] = (flat[at + 1] ?? '').split(':');
    if (left === '0') last.set(flat[at] as Conv, { seq: Number(seq), since: Number(since) });
  }
  return last;
};

/** What every inbox shows of the conversation. */
const cardOf = ({ kind, title, to, at, entries, recipients, added }: Notice): string => {
  const members = (recipients.length > 0 ? recipients : added).slice(0, inboxOthers + 1);
  const preview = previewOf(entries.at(-1));
  return JSON.stringify({ kind, ...(title === undefined ? {} : { title }), members, seq: to, at, preview });
};

export class RedisNews implements NewsIndex {
  readonly #kit: NewsKit;

  constructor(kit: NewsKit) {
    this.#kit = kit;
  }

  register: NewsIndex['register'] = ({ user, device, node, session }, now, devicesMax) =>
    effect(async () => {
      const args = [user, device, node, session, now, devicesMax, this.#sessionsMs];
      const answer = await this.#on(user, (client, prefix) => register.run(client, prefix, ...args));
      const [mine, replaced, crowded, out] = answer as (string | null)[];
      return {
        address: addressOf(user, device, mine ?? ''),
        replaced: replaced === null || replaced === undefined ? null : addressOf(user, device, replaced),
        crowdedOut: crowded === null || crowded === undefined ? null : addressOf(user, out ?? '', crowded),
      };
    });

  restore: NewsIndex['restore'] = ({ user, device, node, session, epoch }) =>
    this.#write(user, (client, prefix) =>
      restore.run(client, prefix, user, device, epoch, node, session, this.#sessionsMs),
    );

  unregister: NewsIndex['unregister'] = ({ user, device, epoch }) =>
    this.#write(user, (client, prefix) => unregister.run(client, prefix, user, device, epoch));

  look: NewsIndex['look'] = (user, device) =>
    effect(async (): Promise<Look> => {
      const answer = await this.#on(user, (client, prefix) => look.run(client, prefix, user, device, this.#sessionsMs));
      const [isWhole, epoch, current, last] = answer as [number, string, string | null, string[]];
      return {
        last: isWhole === 1 ? lastsOf(last) : null,
        epoch,
        current: current === null ? null : addressOf(user, device, current),
      };
    });

  fill: NewsIndex['fill'] = (user, epoch, memberships) =>
    this.#write(user, (client, prefix) =>
      fillLast.run(client, prefix, user, epoch, this.#kit.limits['redis.lastMs'], JSON.stringify(memberships)),
    );

  fanOut: NewsIndex['fanOut'] = (from, cause, notices) =>
    effect(async () => {
      const concerned = new Set(
        notices.flatMap(({ recipients, added, removed }) => [...recipients, ...added, ...removed]),
      );
      const { limits } = this.#kit;
      const missed: User[] = [];
      const parts = [...this.#byShard(concerned)].map(async ([shard, users]) => {
        const mine = notices.map((notice) => partFor(notice, users));
        const work = mine.map(({ conv, from: first, to, at, recipients, added, removed }, index) => ({
          ...{ conv, from: first, to, at, recipients, added, removed },
          card: cardOf(notices[index] as Notice),
        }));
        const payload: NodeMessage = { t: 'notices', cause, notices: mine };
        const args = [from, JSON.stringify(work), JSON.stringify(payload), limits['inbox.kept'], limits['inbox.ttlMs']];
        try {
          await shard.call('repeatable', (client) => fanOut.run(client, this.#kit.prefix, ...args));
        } catch (error) {
          if (!(error instanceof FaultError)) throw error;
          shard.leftOut();
          missed.push(...users);
        }
      });
      await Promise.all(parts);
      return { missed };
    });

  answers: NewsIndex['answers'] = () =>
    effect(async () => {
      await Promise.all(this.#kit.fleet.shards.map((shard) => shard.call('read', (client) => client.ping())));
    });

  publish: NewsIndex['publish'] = (to, message) => {
    const name = message.t === 'replaced' ? message.old.user : to;
    return this.#write(name, (client, prefix) => client.publish(`${prefix}node:${to}`, JSON.stringify(message)));
  };

  tell: NewsIndex['tell'] = (from, users, message) =>
    effect(async () => {
      const parts = [...this.#byShard(users)].map(([shard, mine]) => {
        const payload = JSON.stringify(messageFor(message, new Set(mine)));
        return shard.call('repeatable', (client) =>
          tell.run(client, this.#kit.prefix, from, JSON.stringify(mine), payload),
        );
      });
      await Promise.all(parts);
    });

  subscribe: NewsIndex['subscribe'] = (node, receive) =>
    subscribe(this.#kit.fleet, `${this.#kit.prefix}node:${node}`, (text) => {
      try {
        receive(JSON.parse(text) as NodeMessage);
      } catch (error) {
        this.#kit.log.error('a message between nodes could not be read', { error: String(error) });
      }
    });

  get #sessionsMs(): number {
    return this.#kit.limits['redis.sessionsMs'];
  }

  #on<T>(name: string, work: (client: Redis, prefix: string) => Promise<T>): Promise<T> {
    return this.#kit.fleet.of(name).call('repeatable', (client) => work(client, this.#kit.prefix));
  }

  #write(name: string, work: (client: Redis, prefix: string) => Promise<unknown>): Effect<void> {
    return effect(async () => void (await this.#on(name, work)));
  }

  #byShard(users: Iterable<User>): Map<Shard, User[]> {
    const found = new Map<Shard, User[]>();
    for (const user of users) {
      const shard = this.#kit.fleet.of(user);
      const mine = found.get(shard);
      if (mine === undefined) found.set(shard, [user]);
      else mine.push(user);
    }
    return found;
  }
}

/** The notice as it concerns these users alone: a node that is told by several shards hears of each user once. */
const partFor = (notice: Notice, users: readonly User[]): Notice => {
  const mine = new Set(users);
  const only = (all: readonly User[]): User[] => all.filter((user) => mine.has(user));
  return {
    ...notice,
    ...{ recipients: only(notice.recipients), added: only(notice.added), removed: only(notice.removed) },
  };
};

const messageFor = (message: NodeMessage, users: ReadonlySet<User>): NodeMessage => {
  const only = (all: readonly User[]): User[] => all.filter((user) => users.has(user));
  if (message.t === 'typing') return { ...message, to: only(message.to) };
  if (message.t !== 'receipts') return message;
  return { ...message, receipts: message.receipts.map((receipt) => ({ ...receipt, to: only(receipt.to) })) };
};
