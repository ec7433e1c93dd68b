// The store, counted: the outcome passes through as it is, and each kind of outcome is told from the others.
import { expect, test } from 'vitest';
import { failed, fault, ok, type Outcome } from '#contract/effects';
import type { AppendResult, Numbered } from '#contract/ports/store';
import { meteredStore } from '#ops/metered-store';
import { heldStore, item } from '#test/actors/kit';

const numbered = (seq: number, duplicate: boolean): Numbered => ({ seq, mid: `m${seq}`, at: 1, duplicate });
test.each<readonly [string, Outcome<AppendResult>, string[]]>([
  [
    'stored, and repeated',
    ok({ kind: 'appended', item: item(), results: [numbered(1, true), numbered(2, false), numbered(3, false)] }),
    ['hogmanay_messages_stored_total 2', 'hogmanay_messages_duplicate_total 1'],
  ],
  [
    'all new',
    ok({ kind: 'appended', item: item(), results: [numbered(1, false)] }),
    ['hogmanay_messages_stored_total 1'],
  ],
  ['won by another', ok({ kind: 'conflict', item: null }), ['hogmanay_append_conflicts_total 1']],
  ['not taken', failed(fault('store.unavailable', 'full')), ['hogmanay_append_failures_total 1']],
])('an append that is %s', (_what, outcome, counts) => {
  const counted: string[] = [];
  const observed: [string, number][] = [];
  let now = 1_000;
  const store = heldStore();
  const metered = meteredStore(
    store,
    {
      count: (name, _labels, by = 1) => void counted.push(`${name} ${by}`),
      observe: (name, value) => void observed.push([name, value]),
    },
    () => now,
  );
  const outcomes: Outcome<AppendResult>[] = [];
  const group = { conv: 'c1', expected: 0, drafts: [], partitions: 1, now: 5 };
  metered.append(group)((given) => outcomes.push(given));
  expect([counted, observed]).toEqual([[], []]);
  now = 1_250;
  const call = store.append.take();
  expect(call.args).toEqual([group]);
  if (outcome.ok) call.answer(outcome.value);
  else call.fail(outcome.fault);
  expect([outcomes, counted, observed]).toEqual([[outcome], counts, [['hogmanay_append_seconds', 0.25]]]);
});
