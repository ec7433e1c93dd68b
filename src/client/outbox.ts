/**
 * What this device has sent and the server has not stored: saved first, then sent, and sent again under the same id
 * until there is an answer. Of one conversation one message is on its way at a time: so a refusal cannot let a later
 * one overtake, and what a person wrote stays in the order in which they wrote it.
 */
import type { Conv, Meta } from '#contract/conversation';
import type { ErrorFrame, SendFrame } from '#contract/frames';
import type { Random } from '#contract/ports/system';
import type { ClientFault, MessageState } from '#client/events';
import type { ClientLimits } from '#client/limits';
import type { OutboxEntry } from '#client/ports';
import type { Saving } from '#client/saving';
import type { Timers } from '#client/timers';
import { repeatWait } from '#client/waits';

type Place = 'saving' | 'waiting' | 'flying' | 'resting' | 'queued';

interface Item {
  readonly entry: OutboxEntry;
  place: Place;
  tries: number;
}

export interface OutboxOwner {
  readonly timers: Timers;
  readonly limits: ClientLimits;
  readonly random: Random;
  readonly saving: Saving;
  /** False: not now. */
  transmit(frame: SendFrame): boolean;
  state(entry: OutboxEntry, state: MessageState, fault?: ClientFault): void;
}

const utf8 = new TextEncoder();
const bytesOf = (text: string): number => utf8.encode(text).length;

const refusal = (code: string, message: string): ClientFault => ({ code, message, effect: 'none' });

/** Refusals that are about the moment and not about the message. */
export const notYet: ReadonlySet<string> = new Set(['gateway.not_ready', 'gateway.unauthenticated']);

const frameOf = ({ id, conv, body, meta }: OutboxEntry): SendFrame =>
  meta === undefined ? { t: 'send', id, conv, body } : { t: 'send', id, conv, body, meta };

export class Outbox {
  readonly #owner: OutboxOwner;
  readonly #items = new Map<string, Item>();
  /** By conversation, in the order in which they were sent. */
  readonly #lanes = new Map<Conv, Item[]>();
  #nextPlace = 1;

  constructor(owner: OutboxOwner) {
    this.#owner = owner;
  }

  get size(): number {
    return this.#items.size;
  }

  /** What the server has not stored yet, in the order in which it was sent. */
  entries(): OutboxEntry[] {
    return [...this.#items.values()].map(({ entry }) => entry).sort((one, other) => one.n - other.n);
  }

  has(id: string): boolean {
    return this.#items.has(id);
  }

  /** What an earlier run left, in its order: ahead of whatever was sent while it was being read. */
  restore(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) {
      this.#nextPlace = Math.max(this.#nextPlace, entry.n + 1);
      if (!this.#items.has(entry.id)) this.#add({ entry, place: 'waiting', tries: 0 });
    }
  }

  /** Answers at once; what becomes of it is told by `state`. The same id again is the same message. */
  send(id: string, conv: Conv, body: string, meta?: Meta): void {
    if (this.#items.has(id)) return;
    const n = this.#nextPlace;
    this.#nextPlace += 1;
    const entry: OutboxEntry = meta === undefined ? { id, conv, body, n } : { id, conv, body, meta, n };
    const fault = this.#unfit(entry);
    if (fault !== undefined) return this.#owner.state(entry, 'failed', fault);
    const item: Item = { entry, place: 'saving', tries: 0 };
    this.#add(item);
    this.#owner.state(entry, 'sending');
    this.#owner.saving.save({ do: 'put', entry }, (isSaved) => this.#saved(item, isSaved));
  }

  /** There is a way to the server: everything unanswered goes again. */
  goOn(): void {
    for (const lane of this.#lanes.keys()) this.#pump(lane);
  }

  /** The way is gone, and with it whatever was to be answered on it. */
  lost(): void {
    for (const item of this.#items.values())
      if (item.place === 'flying' || item.place === 'queued') item.place = 'waiting';
  }

  /** The server has it in Kafka; the next may go. */
  queued(id: string): void {
    const item = this.#items.get(id);
    if (item === undefined || item.place === 'saving') return;
    item.place = 'queued';
    this.#owner.state(item.entry, 'queued');
    this.#pump(item.entry.conv);
  }

  /** It has its number: answers what was sent, once. */
  stored(id: string): OutboxEntry | undefined {
    const item = this.#items.get(id);
    if (item === undefined) return undefined;
    this.#remove(item);
    return item.entry;
  }

  /** Tried again where that may help, under the same id; else it has failed. */
  refused({ id = '', code, message, effect, retryAfterMs }: ErrorFrame): boolean {
    const item = this.#items.get(id);
    if (item === undefined) return false;
    const { timers, limits, random } = this.#owner;
    item.tries += 1;
    const mayHelp = effect === 'unknown' || retryAfterMs !== undefined || notYet.has(code);
    const isSpent = limits['outbox.tries'] > 0 && item.tries >= limits['outbox.tries'];
    if (!mayHelp || isSpent) {
      this.#remove(item);
      this.#owner.state(item.entry, 'failed', { code, message, effect });
      return true;
    }
    item.place = 'resting';
    timers.set(`send ${id}`, repeatWait(limits, random, item.tries, retryAfterMs), () => {
      item.place = 'waiting';
      this.#pump(item.entry.conv);
    });
    return true;
  }

  /** The user is out of this conversation: nothing of it can be stored any more. */
  forget(conv: Conv, fault: ClientFault): void {
    for (const { entry } of [...(this.#lanes.get(conv) ?? [])]) {
      this.stored(entry.id);
      this.#owner.state(entry, 'failed', fault);
    }
  }

  #unfit(entry: OutboxEntry): ClientFault | undefined {
    const { limits } = this.#owner;
    if (this.#items.size >= limits['outbox.entries'])
      return refusal('client.outbox_full', `${limits['outbox.entries']} messages wait for the server already`);
    const isTooBig =
      bytesOf(entry.body) > limits['outbox.bodyBytes'] ||
      bytesOf(JSON.stringify(frameOf(entry))) > limits['outbox.frameBytes'];
    return isTooBig ? refusal('gateway.body_too_big', 'the message is too long') : undefined;
  }

  #saved(item: Item, isSaved: boolean): void {
    if (this.#items.get(item.entry.id) !== item) return;
    if (isSaved) {
      item.place = 'waiting';
      return this.#pump(item.entry.conv);
    }
    this.#remove(item);
    this.#owner.state(item.entry, 'failed', refusal('client.storage', 'it could not be saved on this device'));
  }

  #pump(conv: Conv): void {
    const lane = this.#lanes.get(conv) ?? [];
    const next = lane.find(({ place }) => place !== 'queued');
    if (next?.place === 'waiting' && this.#owner.transmit(frameOf(next.entry))) next.place = 'flying';
  }

  #add(item: Item): void {
    const { id, conv, n } = item.entry;
    this.#items.set(id, item);
    const lane = this.#lanes.get(conv) ?? [];
    const after = lane.findIndex(({ entry }) => entry.n > n);
    lane.splice(after < 0 ? lane.length : after, 0, item);
    this.#lanes.set(conv, lane);
  }

  #remove(item: Item): void {
    const { id, conv } = item.entry;
    this.#items.delete(id);
    this.#owner.timers.end(`send ${id}`);
    const lane = (this.#lanes.get(conv) ?? []).filter((other) => other !== item);
    if (lane.length > 0) this.#lanes.set(conv, lane);
    else this.#lanes.delete(conv);
    this.#owner.saving.save({ do: 'drop', id });
    this.#pump(conv);
  }
}
