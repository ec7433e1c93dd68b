// The way of messages, as one server remembers it: what passes through its ports and out of its sockets, and no more
// than it may keep.
import { describe, expect, test } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { NodeMessage } from '#contract/ports/bus';
import type { Outlet } from '#contract/ports/outlet';
import type { Ports } from '#contract/ports/ports';
import { TraceBook } from '#ops/trace-book';
import { TracedOutlet } from '#ops/traced-outlet';
import { tracedPorts } from '#ops/traced-ports';
import { held } from '#testkit/probe';
import { heldStore, item } from '#test/actors/kit';
import { draft, notice } from '#test/ports/words';

const open = (limits: Partial<Record<LimitName, number>> = {}) => {
  const clock = { now: 1_000 };
  const book = new TraceBook({ node: 'n1', limits: withLimits(limits), now: () => clock.now });
  const steps = (mid: string) => book.of(mid).steps.map(({ step, detail }) => `${step}: ${detail}`);
  return { book, clock, steps };
};

describe('the book', () => {
  test("'trace.messages': the oldest message is forgotten", () => {
    const { book, steps } = open({ 'trace.messages': 3 });
    for (const mid of ['a', 'b', 'c', 'd']) book.note(mid, 'append', () => '');
    expect(['a', 'b', 'd'].map((mid) => steps(mid).length)).toEqual([0, 1, 1]);
    expect(book.of('a')).toEqual({ node: 'n1', mid: 'a', cause: '', steps: [] });
  });

  test("'trace.steps': further steps are not even put into words", () => {
    const { book, steps } = open({ 'trace.steps': 2 });
    let worded = 0;
    for (let n = 0; n < 5; n += 1) book.note('a', `step ${n}`, () => `${(worded += 1)}`);
    expect(steps('a')).toEqual(['step 0: 1', 'step 1: 2']);
    expect(worded).toBe(2);
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
    const group = { conv: 'c1', expected: 0, drafts: [one], partitions: 1, now: 5 };
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
      `append: of ${one.from}/${one.device}, in a group of 1`,
      'appended: lost: another server was faster',
      `append: of ${one.from}/${one.device}, in a group of 1`,
      'appended: number 4',
      `fan-out: to ${told.recipients.length + told.added.length}`,
      'fanned out: failed: store.unavailable, effect unknown',
    ]);
    expect([book.of('m1').cause, book.of('m1').steps.map(({ at }) => at)]).toEqual([
      'frame-7',
      [1_000, 1_000, 1_000, 1_020, 1_020, 1_020],
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
});
