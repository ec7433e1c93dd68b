/** What carries news between servers, noting in the book what was published, and where the log has it. */
import type { NewsIndex } from '#contract/parts/news-index';
import type { EventLog } from '#contract/ports/event-log';
import type { TraceBook } from '#ops/trace-book';

export const tracedNews = (news: NewsIndex, book: TraceBook): NewsIndex => ({
  register: (session, now, most) => news.register(session, now, most),
  restore: (address) => news.restore(address),
  unregister: (address) => news.unregister(address),
  look: (user, device) => news.look(user, device),
  fill: (user, epoch, memberships) => news.fill(user, epoch, memberships),
  answers: () => news.answers(),
  publish: (to, message) => news.publish(to, message),
  tell: (from, users, message) => news.tell(from, users, message),
  subscribe: (node, receive) => news.subscribe(node, receive),
  fanOut: (from, cause, notices) => (done) =>
    news.fanOut(
      from,
      cause,
      notices,
    )((outcome) => {
      const { missed } = outcome.ok ? outcome.value : { missed: [] };
      const detail = missed.length === 0 ? 'to all' : `${missed.length} not reached: they hear by the log, or later`;
      for (const { entries } of outcome.ok ? notices : [])
        for (const { mid, cause: own } of entries) book.note(mid, 'published', detail, own);
      done(outcome);
    }),
});

interface Told {
  readonly notice: { readonly entries: readonly { readonly mid: string; readonly cause: string }[] };
}

const toldIn = (value: unknown): Told['notice']['entries'] => (value as Partial<Told>).notice?.entries ?? [];

/** The log as fan-out is handed it: each record tells of the entries of one notice. */
export const tracedLog = (log: Pick<EventLog, 'append' | 'read'>, book: TraceBook): typeof log => ({
  read: (options, receive) => log.read(options, receive),
  append: (topic, records) => (done) =>
    log.append(
      topic,
      records,
    )((outcome) => {
      records.forEach(({ value }, index) => {
        const place = outcome.ok ? outcome.value[index] : undefined;
        if (place === undefined) return;
        const detail = `${topic}, partition ${place.partition}, offset ${place.offset}`;
        for (const { mid, cause } of toldIn(value)) book.note(mid, 'logged', detail, cause);
      });
      done(outcome);
    }),
});
