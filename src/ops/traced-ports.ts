/** Ports that note in the book which message passes through them, and when it was through. */
import type { Draft } from '#contract/conversation';
import type { Outcome } from '#contract/effects';
import type { Bus, NodeMessage, Notice } from '#contract/ports/bus';
import type { PendingWrites } from '#contract/ports/pending';
import type { Ports } from '#contract/ports/ports';
import type { AppendGroup, AppendResult, MessageStore } from '#contract/ports/store';
import type { TraceBook } from '#ops/trace-book';

const ended = <T>(outcome: Outcome<T>): string =>
  outcome.ok ? 'done' : `failed: ${outcome.fault.code}, effect ${outcome.fault.effect}`;

const appendEnded = (outcome: Outcome<AppendResult>, { mid }: Draft, index: number): string => {
  if (!outcome.ok) return ended(outcome);
  const { value } = outcome;
  if (value.kind === 'conflict') return 'lost: another server was faster';
  if (value.kind === 'queue') return 'not now: it has to be queued';
  const numbered = value.results[index];
  if (numbered === undefined) return 'no answer';
  if (!numbered.duplicate) return `number ${numbered.seq}`;
  return `number ${numbered.seq}, stored before${numbered.mid === mid ? '' : ` as ${numbered.mid}`}`;
};

const tracedStore = (store: MessageStore, book: TraceBook): MessageStore => {
  // A group whose outcome is not known is tried again, the identical one.
  const tried = new WeakSet<AppendGroup>();
  const begins = (group: AppendGroup): void => {
    const isAgain = tried.has(group);
    tried.add(group);
    const how = `in a group of ${group.drafts.length}${isAgain ? ', again' : ''}`;
    group.drafts.forEach(({ mid, from, device, cause }, index) => {
      const sentAt = group.sentAt?.[index] ?? 0;
      const whose = device === null ? `of ${from}, over HTTP` : `of ${from}/${device}`;
      if (sentAt > 0 && !isAgain) book.note(mid, 'accepted', whose, cause, sentAt);
      book.note(mid, 'append', how, cause);
    });
  };
  return {
    ...store,
    append: (group) => (done) => {
      begins(group);
      store.append(group)((outcome) => {
        group.drafts.forEach((draft, index) => book.note(draft.mid, 'appended', appendEnded(outcome, draft, index)));
        done(outcome);
      });
    },
  };
};

const tracedPending = (pending: PendingWrites, book: TraceBook): PendingWrites => ({
  queue: (conv, drafts, now) => (done) => {
    for (const { mid, cause } of drafts) book.note(mid, 'queue', 'the log of pending writes', cause);
    pending.queue(
      conv,
      drafts,
      now,
    )((outcome) => {
      for (const { mid } of drafts) book.note(mid, 'queued', ended(outcome));
      done(outcome);
    });
  },
  numbersOf: (conv, user, ids) => pending.numbersOf(conv, user, ids),
  drain: (receive) =>
    pending.drain((batch) => {
      for (const { mid, cause } of batch.drafts) book.note(mid, 'drain', `${batch.drafts.length} at once`, cause);
      receive(batch);
    }),
});

const entriesOf = (notices: readonly Notice[]) => notices.flatMap((notice) => notice.entries);

const tracedBus = (bus: Bus, book: TraceBook): Bus => ({
  ...bus,
  fanOut: (from, cause, notices) => (done) => {
    const recipients = notices.reduce((sum, notice) => sum + notice.recipients.length + notice.added.length, 0);
    for (const entry of entriesOf(notices)) book.note(entry.mid, 'fan-out', `to ${recipients}`, entry.cause);
    bus.fanOut(
      from,
      cause,
      notices,
    )((outcome) => {
      for (const { mid } of entriesOf(notices)) book.note(mid, 'fanned out', ended(outcome));
      done(outcome);
    });
  },
  subscribe: (node, receive) =>
    bus.subscribe(node, (message: NodeMessage) => {
      if (message.t === 'notices') {
        const by = message.by === 'log' ? 'from the log' : 'from another server';
        for (const { mid, cause, seq } of entriesOf(message.notices))
          book.note(mid, 'heard', `number ${seq}, ${by}`, cause);
      }
      receive(message);
    }),
});

export const tracedPorts = (ports: Ports, book: TraceBook): Ports => ({
  ...ports,
  store: tracedStore(ports.store, book),
  bus: tracedBus(ports.bus, book),
  ...(ports.pending === undefined ? {} : { pending: tracedPending(ports.pending, book) }),
});
