/**
 * News by the log: while a server of the index is away, what its users ought to hear is read from the topic `messages`
 * instead, slower and in any case (C29). The reader has joined beforehand and waits; it begins a little before the
 * trouble was noticed, and what was heard before is known by its number.
 */
import type { EventLog, LogBatch, LogReader } from '#contract/ports/event-log';
import type { NodeMessage, NodeName, Notice } from '#contract/ports/bus';
import type { Limits } from '#contract/limits';
import type { Effect } from '#contract/effects';
import type { Log, TimeSource } from '#contract/ports/system';

/** What a record of the topic `messages` holds. */
export interface LoggedNotice {
  readonly v: 1;
  readonly notice: Notice;
}

export interface TailKit {
  readonly node: NodeName;
  readonly events: Pick<EventLog, 'read'>;
  /** Fails while some server of the index does not answer. */
  readonly look: () => Effect<void>;
  readonly time: TimeSource;
  readonly limits: Limits;
  readonly log: Log;
}

const noticeOf = (value: unknown): Notice[] => {
  const { notice } = (value ?? {}) as Partial<LoggedNotice>;
  return notice === undefined ? [] : [notice];
};

export class Tail {
  readonly #kit: TailKit;
  readonly #receive: (message: NodeMessage) => void;
  readonly #reader: LogReader;
  #isTailing = false;
  #endAlarm: () => void;

  constructor(kit: TailKit, receive: (message: NodeMessage) => void) {
    this.#kit = kit;
    this.#receive = receive;
    const options = { group: `tail-${kit.node}`, topic: 'messages', from: 'newest', paused: true } as const;
    this.#reader = kit.events.read(options, (batch) => this.#take(batch));
    this.#endAlarm = this.#arm();
  }

  close(): void {
    this.#endAlarm();
    this.#reader.close()(() => undefined);
  }

  #arm(): () => void {
    const { time, limits, look } = this.#kit;
    return time.alarm(limits['tail.lookMs'], () => {
      look()(({ ok }) => {
        if (ok === this.#isTailing) this.#turn(!ok);
        this.#endAlarm = this.#arm();
      });
    });
  }

  #turn(isAway: boolean): void {
    const { time, limits, log } = this.#kit;
    this.#isTailing = isAway;
    if (!isAway) {
      log.info('news comes by the index again');
      return this.#reader.pause();
    }
    log.warn('a server of the index is away: news comes by the log');
    this.#reader.seek(time.now() - limits['tail.backMs'])(() => {
      if (this.#isTailing) this.#reader.resume();
    });
  }

  #take(batch: LogBatch): void {
    for (const { cause, value } of batch.records)
      this.#receive({ t: 'notices', cause, notices: noticeOf(value), by: 'log' });
    batch.done()(() => undefined);
  }
}
