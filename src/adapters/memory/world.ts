/**
 * The memory twins of all ports, for virtual time: one world, shared by several nodes. An operation is applied at one
 * instant and answered at another, both clock events after delays drawn from a seed: a node that dies in between has
 * changed the world and never hears of it. No promise runs.
 */
import type { Millis } from '#contract/conversation';
import type { Effect, Outcome } from '#contract/effects';
import { failed, fault, ok } from '#contract/effects';
import type { Bus, NodeMessage, NodeName } from '#contract/ports/bus';
import type { Ports } from '#contract/ports/ports';
import type { Positions } from '#contract/ports/positions';
import type { Members, MessageStore } from '#contract/ports/store';
import type { Clock, Tokens } from '#contract/ports/system';
import { Conversations } from '#adapters/memory/conversations';
import { Devices } from '#adapters/memory/device-positions';
import { Switchboard } from '#adapters/memory/switchboard';

/** What becomes of one message between nodes. */
export type Passage = 'pass' | 'drop' | { readonly delayMs: number };

export interface MemoryWorldOptions {
  readonly clock: Clock;
  /** Milliseconds from asking to applying, and again from applying to the answer. */
  readonly latency: () => number;
  readonly passage?: (from: NodeName, to: NodeName, message: NodeMessage) => Passage;
}

export class MemoryWorld {
  readonly conversations = new Conversations();
  readonly devices = new Devices();
  readonly switchboard = new Switchboard();
  readonly #options: MemoryWorldOptions;
  readonly #subscribers = new Map<NodeName, Set<(message: NodeMessage) => void>>();
  /** When the last message that was not delayed on purpose arrives, by sender and receiver: none overtakes another. */
  readonly #arrivals = new Map<NodeName, Map<NodeName, Millis>>();

  constructor(options: MemoryWorldOptions) {
    this.#options = options;
  }

  /** The world as `node` sees it. */
  ports(node: NodeName): Ports {
    return {
      store: this.#store(),
      members: this.#members(),
      positions: this.#positions(),
      bus: this.#bus(node),
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
      append: (group) => this.#applied(() => conversations.append(group)),
      read: (range) => this.#applied(() => conversations.read(range)),
      markFanned: (conv, range) => this.#applied(() => conversations.markFanned(conv, range)),
      dirty: (before, limit) => this.#applied(() => conversations.dirty(before, limit)),
    };
  }

  #members(): Members {
    const { conversations } = this;
    return {
      of: (conv) => this.#applied(() => conversations.membersOf(conv)),
      conversationsOf: (user) => this.#applied(() => conversations.conversationsOf(user)),
    };
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
    return {
      register: (session, now) => this.#applied(() => ok(switchboard.register(session, now))),
      restore: (address) => this.#applied(() => ok(switchboard.restore(address))),
      unregister: (address) => this.#applied(() => ok(switchboard.unregister(address))),
      fanOut: (from, cause, notices) =>
        this.#applied(() => {
          for (const [to, heard] of switchboard.fanOut(from, notices))
            this.#carry(from, to, { t: 'notices', cause, notices: heard });
          return ok(undefined);
        }),
      publish: (to, message) => this.#applied(() => ok(this.#carry(node, to, message))),
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
