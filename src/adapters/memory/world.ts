/**
 * The memory twins of all ports, for virtual time: one world, shared by several nodes. An operation is applied at one
 * instant and answered at another, both clock events after delays drawn from a seed: a node that dies in between has
 * changed the world and never hears of it. No promise runs.
 */
import type { Millis, User } from '#contract/conversation';
import type { Effect, Outcome } from '#contract/effects';
import { failed, fault, ok } from '#contract/effects';
import { dayMs, withLimits } from '#contract/limits';
import type { Limits } from '#contract/limits';
import type { Baton } from '#contract/ports/baton';
import type { Bus, NodeMessage, NodeName } from '#contract/ports/bus';
import type { Inbox } from '#contract/ports/inbox';
import type { Ports } from '#contract/ports/ports';
import type { PendingWrites } from '#contract/ports/pending';
import type { Positions } from '#contract/ports/positions';
import type { Presence, Seen } from '#contract/ports/presence';
import type { Receipts } from '#contract/ports/receipts';
import type { AppendGroup, AppendResult, Members, MessageStore } from '#contract/ports/store';
import type { Clock, Tokens } from '#contract/ports/system';
import { Batons } from '#adapters/memory/baton';
import { Conversations } from '#adapters/memory/conversations';
import { Devices } from '#adapters/memory/device-positions';
import { inboxPage, positionsOf } from '#adapters/memory/inbox';
import { PendingLog } from '#adapters/memory/pending';
import { ReachedPositions } from '#adapters/memory/receipts';
import { Switchboard } from '#adapters/memory/switchboard';
import { PresenceMarks } from '#resilience/presence-marks';

/** What becomes of one message between nodes. */
export type Passage = 'pass' | 'drop' | { readonly delayMs: number };

export interface MemoryWorldOptions {
  readonly clock: Clock;
  /** Milliseconds from asking to applying, and again from applying to the answer. */
  readonly latency: () => number;
  /** Those of the stores themselves; the defaults when absent. */
  readonly limits?: Limits;
  readonly passage?: (from: NodeName, to: NodeName, message: NodeMessage) => Passage;
  /** Sends are queued while the store is away: nodes drain what was. */
  readonly queues?: boolean;
}

export class MemoryWorld {
  readonly conversations: Conversations;
  readonly devices = new Devices();
  readonly switchboard = new Switchboard();
  readonly reached = new ReachedPositions();
  readonly marks: PresenceMarks;
  readonly batons: Batons;
  readonly queued: PendingLog;
  readonly lastSeen = new Map<User, Millis>();
  readonly #options: MemoryWorldOptions;
  readonly #subscribers = new Map<NodeName, Set<(message: NodeMessage) => void>>();
  /** When the last message that was not delayed on purpose arrives, by sender and receiver: none overtakes another. */
  readonly #arrivals = new Map<NodeName, Map<NodeName, Millis>>();

  constructor(options: MemoryWorldOptions) {
    this.#options = options;
    const { limits = withLimits(), clock } = options;
    const againMs = limits['pending.againMs'];
    this.queued = new PendingLog({ clock, againMs, applied: (apply) => this.#applied(apply) });
    this.conversations = new Conversations(limits['idempotency.days'] * dayMs);
    this.batons = new Batons(limits);
    this.marks = new PresenceMarks(limits['presence.ttlMs']);
  }

  /** The world as `node` sees it. */
  ports(node: NodeName): Ports {
    return {
      store: this.#store(),
      members: this.#members(),
      positions: this.#positions(),
      receipts: this.#receipts(),
      inbox: this.#inbox(),
      presence: this.#presence(),
      bus: this.#bus(node),
      ...(this.#options.queues === true ? { pending: this.#pending(node) } : {}),
      baton: this.#baton(),
      tokens: this.#tokens(),
    };
  }

  #applied<T>(apply: () => Outcome<T>): Effect<T> {
    const { clock, latency } = this.#options;
    return (done) => {
      clock.schedule(latency(), () => {
        const outcome = apply();
        clock.schedule(latency(), () => done(outcome));
      });
    };
  }

  #store(): MessageStore {
    const { conversations } = this;
    return {
      create: (given) => this.#applied(() => conversations.create(given)),
      item: (conv) => this.#applied(() => conversations.item(conv)),
      lastSeqs: (convs) => this.#applied(() => conversations.lastSeqs(convs)),
      append: (group) => this.#append(group),
      read: (range) => this.#applied(() => conversations.read(range)),
      seqAt: (conv, at) => this.#applied(() => conversations.seqAt(conv, at)),
      markFanned: (conv, range) => this.#applied(() => conversations.markFanned(conv, range)),
      dirty: (before, limit) => this.#applied(() => conversations.dirty(before, limit)),
    };
  }

  /** Whether it has to queue is looked up first, as from a store of its own. */
  #append(group: AppendGroup): Effect<AppendResult> {
    const append = this.#applied(() => this.conversations.append(group));
    if (this.#options.queues !== true || group.drained === true) return append;
    const look = this.#applied(() => ok(this.queued.has(group.conv)));
    return (done) => look((outcome) => (outcome.ok && outcome.value ? done(ok({ kind: 'queue' })) : append(done)));
  }

  #pending(node: NodeName): PendingWrites {
    return {
      queue: (conv, drafts) => this.#applied(() => ok(this.queued.add(conv, drafts))),
      drain: (receive) => this.queued.drain(node, receive),
      numbersOf: (conv, user, ids) => this.#applied(() => this.conversations.numbersOf(conv, user, ids)),
    };
  }

  #members(): Members {
    const { conversations } = this;
    return {
      of: (conv) => this.#applied(() => conversations.membersOf(conv)),
      conversationsOf: (user) => this.#applied(() => conversations.conversationsOf(user)),
      sharing: (user, others) => this.#applied(() => conversations.sharing(user, others)),
      inAtLeast: (count, users) => this.#applied(() => conversations.inAtLeast(count, users)),
    };
  }

  #baton(): Baton {
    const { batons } = this;
    const { clock } = this.#options;
    return {
      turn: (conv, node) => this.#applied(() => ok(batons.turn(conv, node, clock.now()))),
      done: (conv, node) => this.#applied(() => ok(batons.done(conv, node, clock.now()))),
    };
  }

  #receipts(): Receipts {
    const { conversations, reached } = this;
    return {
      raise: (conv, reaching) => this.#applied(() => ok(reached.raise(conv, reaching))),
      of: (convs, membersMax) => this.#applied(() => ok(positionsOf(conversations, reached, convs, membersMax))),
    };
  }

  #inbox(): Inbox {
    const { conversations, reached } = this;
    return {
      page: (user, limit, from) => this.#applied(() => ok(inboxPage(conversations, reached, user, limit, from))),
    };
  }

  #presence(): Presence {
    const { marks, lastSeen } = this;
    return {
      beat: (node, users, now) => this.#applied(() => ok(this.#beat(node, users, now))),
      gone: (node, user, at) =>
        this.#applied(() => {
          marks.gone(node, user);
          return ok(this.#seen([user], at));
        }),
      of: (users, now) =>
        this.#applied(() => {
          const seen = (user: User): Seen => ({
            online: marks.isOnline(user, now),
            lastSeenAt: lastSeen.get(user) ?? null,
          });
          return ok(new Map(users.map((user) => [user, seen(user)])));
        }),
    };
  }

  #beat(node: NodeName, users: readonly User[], now: Millis): void {
    this.marks.beat(node, users, now);
    this.#seen(users, now);
  }

  #seen(users: readonly User[], at: Millis): void {
    for (const user of users) this.lastSeen.set(user, Math.max(at, this.lastSeen.get(user) ?? 0));
  }

  #positions(): Positions {
    const { devices } = this;
    return {
      open: (user, device) => this.#applied(() => devices.open(user, device)),
      save: (user, device, cursors) => this.#applied(() => devices.save(user, device, cursors)),
    };
  }

  #bus(node: NodeName): Bus {
    const { switchboard } = this;
    const { sessions } = switchboard;
    return {
      register: (session, now, most) => this.#applied(() => ok(sessions.register(session, now, most))),
      restore: (address) => this.#applied(() => ok(sessions.restore(address))),
      unregister: (address) => this.#applied(() => ok(sessions.unregister(address))),
      fanOut: (from, cause, notices) =>
        this.#applied(() => {
          for (const [to, heard] of switchboard.fanOut(from, notices))
            this.#carry(from, to, { t: 'notices', cause, notices: heard });
          return ok(undefined);
        }),
      publish: (to, message) => this.#applied(() => ok(this.#carry(node, to, message))),
      tell: (from, users, message) =>
        this.#applied(() => {
          for (const to of sessions.nodesOf(users, from)) this.#carry(from, to, message);
          return ok(undefined);
        }),
      resync: (user, device) => this.#applied(() => ok(switchboard.resync(user, device))),
      subscribe: (name, receive) => this.#subscribe(name, receive),
    };
  }

  /** A token is the user's name, or `name:expiry in ms`. */
  #tokens(): Tokens {
    return {
      verify: (token, now) => {
        const [user = '', expiry] = token.split(':');
        const expiresAt = expiry === undefined ? Number.MAX_SAFE_INTEGER : Number(expiry);
        const good = user !== '' && expiresAt > now;
        const refused = fault('gateway.unauthenticated', 'a token that is not accepted');
        return this.#applied(() => (good ? ok({ user, expiresAt, admin: false }) : failed(refused)));
      },
    };
  }

  #subscribe(node: NodeName, receive: (message: NodeMessage) => void): () => void {
    const mine = this.#subscribers.get(node) ?? new Set();
    mine.add(receive);
    this.#subscribers.set(node, mine);
    return () => mine.delete(receive);
  }

  #carry(from: NodeName, to: NodeName, message: NodeMessage): void {
    const { clock, latency, passage } = this.#options;
    const verdict = passage?.(from, to, message) ?? 'pass';
    if (verdict === 'drop') return;
    const delayMs = verdict === 'pass' ? this.#inOrder(from, to, latency()) : verdict.delayMs;
    clock.schedule(delayMs, () => {
      for (const receive of this.#subscribers.get(to) ?? []) receive(message);
    });
  }

  #inOrder(from: NodeName, to: NodeName, delayMs: number): number {
    const arrivals = this.#arrivals.get(from) ?? new Map<NodeName, Millis>();
    const now = this.#options.clock.now();
    const due = Math.max(now + delayMs, arrivals.get(to) ?? 0);
    this.#arrivals.set(from, arrivals.set(to, due));
    return due - now;
  }
}
