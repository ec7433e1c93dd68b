// The way of messages, as one server remembers it: what passes through its ports and out of its sockets, and no more
// than it may keep.
import { describe, expect, test } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { NodeMessage } from '#contract/ports/bus';
import type { NewsIndex } from '#contract/parts/news-index';
import type { EventLog } from '#contract/ports/event-log';
import type { Outlet } from '#contract/ports/outlet';
import type { Ports } from '#contract/ports/ports';
import { sharedMessage } from '#actors/wire';
import { TraceBook } from '#ops/trace-book';
import { tracedLog, tracedNews } from '#ops/traced-news';
import { tracedApi, TracedOutlet } from '#ops/traced-outlet';
import { tracedPorts } from '#ops/traced-ports';
import { held } from '#testkit/probe';
import { entry, heldStore, item } from '#test/actors/kit';
import { draft, notice } from '#test/ports/words';

const open = (limits: Partial<Record<LimitName, number>> = {}) => {
  const clock = { now: 1_000 };
  const book = new TraceBook({ node: 'n1', limits: withLimits(limits), now: () => clock.now });
  const steps = (mid: string) => book.of(mid).steps.map(({ step, detail }) => `${step}: ${detail}`);
  return { book, clock, steps };
};

describe('the book', () => {
  test("'trace.steps': the oldest step of all is forgotten", () => {
    const { book, steps } = open({ 'trace.steps': 3 });
    for (const mid of ['a', 'b', 'a', 'c', 'd']) book.note(mid, 'append', '', `cause of ${mid}`);
    expect(['a', 'b', 'c', 'd'].map((mid) => steps(mid).length)).toEqual([1, 0, 1, 1]);
    expect(book.of('b')).toEqual({ node: 'n1', mid: 'b', cause: '', steps: [], left: 0 });
  });

  test("'trace.shown': the first steps of a message are shown, the others counted", () => {
    const { book, steps } = open({ 'trace.shown': 2 });
    for (let n = 0; n < 5; n += 1) book.note('a', `step ${n}`, '');
    expect([steps('a'), book.of('a').left]).toEqual([['step 0: ', 'step 1: '], 3]);
  });

  test('the cause is that of the first step that has one; a step of some time ago has its own time', () => {
    const { book } = open();
    book.note('a', 'delivered', '');
    book.note('a', 'heard', '', 'frame-7', 900);
    book.note('a', 'heard', '', 'frame-8');
    expect(book.of('a')).toMatchObject({ cause: 'frame-7', steps: [{ at: 1_000 }, { at: 900 }, { at: 1_000 }] });
  });
});

describe('ports and outlets', () => {
  const wire = () => {
    const opened = open();
    const store = heldStore();
    const queue = held<NonNullable<Ports['pending']>['queue']>();
    const fanOut = held<Ports['bus']['fanOut']>();
    let hear: (message: NodeMessage) => void = () => undefined;
    const subscribe: Ports['bus']['subscribe'] = (_node, receive) => {
      hear = receive;
      return () => undefined;
    };
    const given = { store, pending: { queue, drain: () => () => undefined }, bus: { fanOut, subscribe } };
    const ports = tracedPorts(given as unknown as Ports, opened.book);
    return { ...opened, store, queue, fanOut, ports, hear: (message: NodeMessage) => hear(message) };
  };

  test('an append that is lost, then taken, and its fan-out', () => {
    const { ports, store, fanOut, book, clock, steps } = wire();
    const one = { ...draft('id-00001'), mid: 'm1', cause: 'frame-7' };
    const group = { conv: 'c1', expected: 0, drafts: [one], partitions: 1, now: 5, sentAt: [990] };
    const outcomes: unknown[] = [];
    ports.store.append(group)((outcome) => outcomes.push(outcome));
    store.append.take().answer({ kind: 'conflict', item: null });
    ports.store.append(group)((outcome) => outcomes.push(outcome));
    clock.now = 1_020;
    const results = [{ seq: 4, mid: 'm1', at: 5, duplicate: false }];
    store.append.take().answer({ kind: 'appended', item: item(), results });
    const told = notice({ conv: 'c1', from: 4, to: 4, entries: [{ v: 1, ...one, seq: 4, at: 5 }] });
    ports.bus.fanOut('n1', 'frame-7', [told])((outcome) => outcomes.push(outcome));
    fanOut.take().fail(fault('store.unavailable', 'away', 'unknown'));
    expect(outcomes).toEqual([
      ok({ kind: 'conflict', item: null }),
      ok({ kind: 'appended', item: item(), results }),
      failed(fault('store.unavailable', 'away', 'unknown')),
    ]);
    expect(steps('m1')).toEqual([
      `accepted: of ${one.from}/${one.device}`,
      'append: in a group of 1',
      'appended: lost: another server was faster',
      'append: in a group of 1, again',
      'appended: number 4',
      `fan-out: to ${told.recipients.length + told.added.length}`,
      'fanned out: failed: store.unavailable, effect unknown',
    ]);
    expect([book.of('m1').cause, book.of('m1').steps.map(({ at }) => at)]).toEqual([
      'frame-7',
      [990, 1_000, 1_000, 1_000, 1_020, 1_020, 1_020],
    ]);
  });

  test('what is queued, what another server tells, and what goes out of a socket', () => {
    const { ports, queue, hear, book, steps } = wire();
    const one = { ...draft('id-00001'), mid: 'm1' };
    ports.pending?.queue('c1', [one], 5)(() => undefined);
    queue.take().answer();
    expect(steps('m1')).toEqual(['queue: the log of pending writes', 'queued: done']);
    const heard: NodeMessage[] = [];
    ports.bus.subscribe('n1', (message) => heard.push(message));
    const two = { v: 1 as const, ...draft('id-00002'), mid: 'm2', seq: 9, at: 5 };
    hear({ t: 'notices', cause: 'x', notices: [notice({ conv: 'c1', from: 9, to: 9, entries: [two] })] });
    expect([heard.length, steps('m2')]).toEqual([1, ['heard: number 9, from another server']]);
    const sent: unknown[] = [];
    const bare = {
      connection: 'k',
      ip: '::1',
      send: (f: unknown) => sent.push(f),
      message: (f: unknown) => sent.push(f),
    };
    const outlet = new TracedOutlet(bare as unknown as Outlet, book);
    const welcome = { session: 's', node: 'n1', heartbeatMs: 1, ackWindow: 1, resumed: false, exp: 1 };
    outlet.send({ t: 'welcome', user: 'ben', device: 'd1', ...welcome });
    outlet.message({ frame: { t: 'message', conv: 'c1', seq: 9, mid: 'm2', from: 'anna', id: 'i', body: '', at: 5 } });
    outlet.send({ t: 'stored', id: 'i', conv: 'c1', seq: 9, mid: 'm2', at: 5 });
    expect(sent).toHaveLength(3);
    expect(steps('m2').slice(1)).toEqual(['delivered: `message` to ben/d1', 'answered: `stored` to ben/d1']);
    expect([outlet.connection, outlet.ip]).toEqual(['k', '::1']);
  });

  test('what came from the log, a repeat, an entry of no send, an answer over HTTP', () => {
    const { ports, store, hear, book, steps } = wire();
    const two = { v: 1 as const, ...draft('id-00002'), mid: 'm2', seq: 9, at: 5 };
    ports.bus.subscribe('n1', () => undefined);
    hear({ t: 'notices', cause: 'x', notices: [notice({ conv: 'c1', from: 9, to: 9, entries: [two] })], by: 'log' });
    expect(steps('m2')).toEqual(['heard: number 9, from the log']);
    const drafts = ['m3', 'm4'].map((mid) => ({ ...draft(`id-of-${mid}`), mid, device: null }));
    ports.store.append({ conv: 'c1', expected: 0, drafts, partitions: 1, now: 5, sentAt: [0, 7] })(() => undefined);
    const results = ['m1', 'm4'].map((mid) => ({ seq: 2, mid, at: 5, duplicate: true }));
    store.append.take().answer({ kind: 'appended', item: item(), results });
    expect(steps('m3')).toEqual(['append: in a group of 2', 'appended: number 2, stored before as m1']);
    expect(steps('m4')).toEqual([
      ...[`accepted: of ${drafts[0]?.from}, over HTTP`, 'append: in a group of 2', 'appended: number 2, stored before'],
    ]);
    const stored = { t: 'stored', id: 'i', conv: 'c1', seq: 9, mid: 'm2', at: 5 } as const;
    const answered: unknown[] = [];
    const polled = { t: 'polled', messages: [sharedMessage('c1', entry(4)).frame], resumed: [], events: [] } as const;
    const doors = tracedApi(
      {
        request: (_call, done) => done({ frame: stored, isNew: true }),
        poll: (_call, done) => {
          done(polled);
          return () => undefined;
        },
      },
      book,
    );
    doors.request({ user: 'anna', ip: '', frame: { t: 'inbox', id: 'i', limit: 1 } }, (answer) =>
      answered.push(answer),
    );
    const frame = { t: 'poll', device: 'phone', cursors: new Map(), waitMs: 0 } as const;
    doors.poll({ user: 'ben', token: '', ip: '', frame }, (answer) => expect(answer).toBe(polled));
    expect(steps('mid-4').at(-1)).toBe('delivered: `message` to ben/phone, over HTTP');
    expect([answered, steps('m2').at(-1)]).toEqual([
      [{ frame: stored, isNew: true }],
      'answered: `stored` to anna, over HTTP',
    ]);
  });

  test('what is published, and where the log has it', () => {
    const { book, steps } = open();
    const [fanOut, append] = [held<NewsIndex['fanOut']>(), held<EventLog['append']>()];
    const one = { v: 1 as const, ...draft('id-00001'), mid: 'm1', cause: 'frame-7', seq: 9, at: 5 };
    const told = notice({ conv: 'c1', from: 9, to: 9, entries: [one] });
    const news = tracedNews({ fanOut } as unknown as NewsIndex, book);
    news.fanOut('n1', 'x', [told])(() => undefined);
    fanOut.take().answer({ missed: [] });
    news.fanOut('n1', 'x', [told])(() => undefined);
    fanOut.take().answer({ missed: ['ben'] });
    const log = tracedLog({ append, read: () => expect.fail() }, book);
    const record = { key: 'c1', cause: 'frame-7', value: { v: 1, notice: told } };
    log.append('messages', [record])(() => undefined);
    append.take().answer([{ partition: 3, offset: 12n }]);
    log.append('messages', [record, { ...record, value: 'nonsense' }])(() => undefined);
    append.take().fail(fault('store.unavailable', 'away', 'unknown'));
    expect(steps('m1')).toEqual([
      'published: to all',
      'published: 1 not reached: they hear by the log, or later',
      'logged: messages, partition 3, offset 12',
    ]);
    expect(book.of('m1').cause).toBe('frame-7');
  });
});
