/** Ports that note in the book which message passes through them, and when it was through. */
import type { Draft } from '#contract/conversation';
import type { Outcome } from '#contract/effects';
import type { Bus, NodeMessage, Notice } from '#contract/ports/bus';
import type { PendingWrites } from '#contract/ports/pending';
import type { Ports } from '#contract/ports/ports';
import type { AppendResult, MessageStore } from '#contract/ports/store';
import type { TraceBook } from '#ops/trace-book';

const ended = <T>(outcome: Outcome<T>): string =>
  outcome.ok ? 'done' : `failed: ${outcome.fault.code}, effect ${outcome.fault.effect}`;

const appendEnded = (outcome: Outcome<AppendResult>, index: number): string => {
  if (!outcome.ok) return ended(outcome);
  const { value } = outcome;
  if (value.kind === 'conflict') return 'lost: another server was faster';
  if (value.kind === 'queue') return 'not now: it has to be queued';
  const numbered = value.results[index];
  return `number ${numbered?.seq ?? '?'}${numbered?.duplicate === true ? ', stored before' : ''}`;
};

const tracedStore = (store: MessageStore, book: TraceBook): MessageStore => ({
  ...store,
  append: (group) => (done) => {
    const size = group.drafts.length;
    const from = ({ from: user, device }: Draft) => `of ${user}/${device}, in a group of ${size}`;
    for (const draft of group.drafts) book.note(draft.mid, 'append', () => from(draft), draft.cause);
    store.append(group)((outcome) => {
      group.drafts.forEach(({ mid }, index) => book.note(mid, 'appended', () => appendEnded(outcome, index)));
      done(outcome);
    });
  },
});

const tracedPending = (pending: PendingWrites, book: TraceBook): PendingWrites => ({
  queue: (conv, drafts, now) => (done) => {
    for (const { mid, cause } of drafts) book.note(mid, 'queue', () => 'the log of pending writes', cause);
    pending.queue(
      conv,
      drafts,
      now,
    )((outcome) => {
      for (const { mid } of drafts) book.note(mid, 'queued', () => ended(outcome));
      done(outcome);
    });
  },
  drain: (receive) =>
    pending.drain((batch) => {
      for (const { mid, cause } of batch.drafts) book.note(mid, 'drain', () => `${batch.drafts.length} at once`, cause);
      receive(batch);
    }),
});

const entriesOf = (notices: readonly Notice[]) => notices.flatMap((notice) => notice.entries);

const tracedBus = (bus: Bus, book: TraceBook): Bus => ({
  ...bus,
  fanOut: (from, cause, notices) => (done) => {
    const recipients = notices.reduce((sum, notice) => sum + notice.recipients.length + notice.added.length, 0);
    for (const entry of entriesOf(notices)) book.note(entry.mid, 'fan-out', () => `to ${recipients}`, entry.cause);
    bus.fanOut(
      from,
      cause,
      notices,
    )((outcome) => {
      for (const { mid } of entriesOf(notices)) book.note(mid, 'fanned out', () => ended(outcome));
      done(outcome);
    });
  },
  subscribe: (node, receive) =>
    bus.subscribe(node, (message: NodeMessage) => {
      if (message.t === 'notices')
        for (const { mid, cause, seq } of entriesOf(message.notices))
          book.note(mid, 'heard', () => `number ${seq}, from another server`, cause);
      receive(message);
    }),
});

export const tracedPorts = (ports: Ports, book: TraceBook): Ports => ({
  ...ports,
  store: tracedStore(ports.store, book),
  bus: tracedBus(ports.bus, book),
  ...(ports.pending === undefined ? {} : { pending: tracedPending(ports.pending, book) }),
});
