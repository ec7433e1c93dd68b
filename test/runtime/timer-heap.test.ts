// The heap of timers: ordered by due time, then by when they were set.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Timer } from '#contract/ports/system';
import { TimerHeap } from '#runtime/timer-heap';

const drain = (heap: TimerHeap, until = Infinity): void => {
  for (let ring = heap.takeDue(until); ring !== undefined; ring = heap.takeDue(until)) ring();
};

describe('Timers', () => {
  test('ring by due time, and in the order of setting at one instant', () => {
    const heap = new TimerHeap();
    const rang: string[] = [];
    for (const [due, name] of [
      [5, 'b'],
      [3, 'a'],
      [5, 'c'],
      [9, 'd'],
      [5, 'e'],
    ] as const)
      heap.add(due, () => void rang.push(name));
    expect(heap.nextDue()).toBe(3);
    drain(heap, 5);
    expect(rang.join('')).toBe('abce');
    expect([heap.size, heap.nextDue()]).toEqual([1, 9]);
  });

  test('that were cancelled never ring; to cancel twice, or after the ring, does nothing', () => {
    const heap = new TimerHeap();
    const rang: number[] = [];
    const timers = [1, 2, 3].map((due) => heap.add(due, () => void rang.push(due), due === 2));
    timers[1]?.cancel();
    timers[1]?.cancel();
    expect([heap.size, heap.own]).toEqual([2, 0]);
    drain(heap, 1);
    timers[0]?.cancel();
    expect(heap.size).toBe(1);
    drain(heap);
    expect([rang, heap.size, heap.nextDue()]).toEqual([[1, 3], 0, undefined]);
  });

  test('do as a sorted list does, whatever is added, cancelled and taken', () => {
    const add = fc.record({ t: fc.constant('add' as const), due: fc.integer({ min: 0, max: 50 }), own: fc.boolean() });
    const cancel = fc.record({ t: fc.constant('cancel' as const), which: fc.nat(200) });
    const take = fc.record({ t: fc.constant('take' as const), now: fc.integer({ min: 0, max: 60 }) });
    const doings = fc.array(fc.oneof({ weight: 4, arbitrary: add }, { weight: 4, arbitrary: cancel }, take), {
      maxLength: 300,
    });
    const property = fc.property(doings, (script) => {
      const heap = new TimerHeap();
      const timers: Timer[] = [];
      const rang: number[] = [];
      let model: { id: number; due: number; own: boolean }[] = [];
      for (const doing of script) {
        if (doing.t === 'add') {
          const id = timers.length;
          timers.push(heap.add(doing.due, () => void rang.push(id), doing.own));
          model = [...model, { id, due: doing.due, own: doing.own }].sort(
            (one, other) => one.due - other.due || one.id - other.id,
          );
        } else if (doing.t === 'cancel') {
          timers[doing.which]?.cancel();
          model = model.filter(({ id }) => id !== doing.which);
        } else {
          rang.length = 0;
          drain(heap, doing.now);
          expect(rang).toEqual(model.filter(({ due }) => due <= doing.now).map(({ id }) => id));
          model = model.filter(({ due }) => due > doing.now);
        }
        expect([heap.size, heap.own, heap.nextDue()]).toEqual([
          model.length,
          model.filter(({ own }) => own).length,
          model[0]?.due,
        ]);
      }
    });
    fc.assert(property, { numRuns: 300, seed: 7, examples: [[[...many(300), ...mostCancelled(300)]]] });
  });

  test('16,000 of them take no time to speak of (XState’s clock: 138 s)', () => {
    const heap = new TimerHeap();
    let rang = 0;
    const before = performance.now();
    for (let id = 0; id < 16_000; id += 1) heap.add((id * 7_919) % 10_007, () => (rang += 1));
    drain(heap);
    expect(rang).toBe(16_000);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

const many = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ t: 'add' as const, due: (id * 31) % 47, own: id % 2 === 0 }));
const mostCancelled = (count: number) => [
  ...Array.from({ length: count - 5 }, (_, which) => ({ t: 'cancel' as const, which })),
  { t: 'take' as const, now: 60 },
];
