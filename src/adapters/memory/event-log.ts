/**
 * The event log in memory, for virtual time: partitions, groups whose members share them, commits. It keeps what it
 * was told until it is trimmed. An append is applied at one instant and answered at another, like every operation of a
 * twin.
 */
import type { Effect, Outcome } from '#contract/effects';
import { ok } from '#contract/effects';
import type { EventLog, Topic } from '#contract/ports/event-log';
import { partitionCounts } from '#contract/ports/event-log';
import type { Clock } from '#contract/ports/system';
import { MemoryPartition } from '#adapters/memory/log-partition';
import { MemoryReader } from '#adapters/memory/log-reader';
import type { ReaderGroup } from '#adapters/memory/log-reader';

interface MemoryEventLogOptions {
  readonly clock: Clock;
  /** Milliseconds from asking to applying, and again from applying to the answer. */
  readonly latency: () => number;
}

/** A group of readers of one topic. */
class MemoryGroup implements ReaderGroup {
  readonly committed = new Map<number, bigint>();
  readonly #members: MemoryReader[] = [];
  readonly #partitions: readonly MemoryPartition[];

  constructor(partitions: readonly MemoryPartition[]) {
    this.#partitions = partitions;
  }

  join(member: MemoryReader): void {
    this.#members.push(member);
    this.#share();
  }

  leave(member: MemoryReader): void {
    const index = this.#members.indexOf(member);
    if (index < 0) return;
    this.#members.splice(index, 1);
    this.#share();
  }

  wake(): void {
    for (const member of this.#members) member.take();
  }

  /** Everyone gets their partitions anew, as a group of Kafka does. */
  #share(): void {
    const numbers = this.#partitions.map((_, partition) => partition);
    const count = this.#members.length;
    this.#members.forEach((member, index) => member.assign(numbers.filter((number) => number % count === index)));
  }
}

/** The partition of a key: any spread will do, as long as it is always the same (FNV-1a). */
const spread = (key: string, count: number): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0;
  return hash % count;
};

export class MemoryEventLog implements EventLog {
  readonly #options: MemoryEventLogOptions;
  readonly #topics = new Map<Topic, readonly MemoryPartition[]>();
  readonly #groups = new Map<Topic, Map<string, MemoryGroup>>();

  constructor(options: MemoryEventLogOptions) {
    this.#options = options;
  }

  append: EventLog['append'] = (topic, records) =>
    this.#applied(() => {
      const partitions = this.#partitions(topic);
      const at = this.#options.clock.now();
      const places = records.map((record) => {
        const number = spread(record.key, partitions.length);
        return partitions[number]?.add(number, record, at) ?? { partition: number, offset: 0n };
      });
      for (const group of this.#groups.get(topic)?.values() ?? []) group.wake();
      return ok(places);
    });

  read: EventLog['read'] = (options, receive) => {
    const { clock, latency } = this.#options;
    const [partitions, group] = [this.#partitions(options.topic), this.#group(options.topic, options.group)];
    return new MemoryReader({ clock, latency, partitions, group }, options, receive);
  };

  ends: EventLog['ends'] = (topic) =>
    this.#applied(() => ok(this.#partitions(topic).map(({ high }, partition) => ({ partition, offset: high }))));

  committed: EventLog['committed'] = (topic, group) =>
    this.#applied(() => {
      const { committed } = this.#group(topic, group);
      return ok([...committed].map(([partition, offset]) => ({ partition, offset })));
    });

  trim: EventLog['trim'] = (topic, group) =>
    this.#applied(() => {
      const partitions = this.#partitions(topic);
      for (const [partition, offset] of this.#group(topic, group).committed) partitions[partition]?.trim(offset);
      return ok(undefined);
    });

  partitionOf: EventLog['partitionOf'] = (topic, key) => this.#applied(() => ok(spread(key, partitionCounts[topic])));

  #applied<T>(apply: () => Outcome<T>): Effect<T> {
    const { clock, latency } = this.#options;
    return (done) => {
      clock.schedule(latency(), () => {
        const outcome = apply();
        clock.schedule(latency(), () => done(outcome));
      });
    };
  }

  #partitions(topic: Topic): readonly MemoryPartition[] {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const made = Array.from({ length: partitionCounts[topic] }, () => new MemoryPartition());
    this.#topics.set(topic, made);
    return made;
  }

  #group(topic: Topic, name: string): MemoryGroup {
    const groups = this.#groups.get(topic) ?? new Map<string, MemoryGroup>();
    this.#groups.set(topic, groups);
    const group = groups.get(name) ?? new MemoryGroup(this.#partitions(topic));
    groups.set(name, group);
    return group;
  }
}
