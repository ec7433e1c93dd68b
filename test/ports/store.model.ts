/** The store as simply as it can be said, and scripts of chance that both must answer alike. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Draft, Entry } from '#contract/conversation';
import { created, valueOf } from '#test/ports/harness';
import type { Backend } from '#test/ports/harness';
import { draft, group } from '#test/ports/words';

type Step =
  | {
      readonly t: 'append';
      readonly ids: readonly string[];
      /** 0: expects the right number. */
      readonly off: number;
      readonly now: number;
      readonly fan: boolean;
    }
  | { readonly t: 'mark'; readonly upTo: number }
  | { readonly t: 'read'; readonly a: number; readonly b: number; readonly down: boolean; readonly limit: number };

const id = fc.integer({ min: 0, max: 40 }).map((n) => `${n % 2 === 0 ? 'alice' : 'bob'} id-${n}`);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      t: fc.constant('append' as const),
      ids: fc.uniqueArray(id, { minLength: 1, maxLength: 12 }),
      off: fc.constantFrom(0, 0, 0, 0, 1, -1),
      now: fc.integer({ min: 0, max: 5_000 }),
      fan: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('mark' as const), upTo: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      t: fc.constant('read' as const),
      a: fc.nat(1_000),
      b: fc.nat(1_000),
      down: fc.boolean(),
      limit: fc.integer({ min: 1, max: 30 }),
    }),
  },
);

export const scripts = fc.array(step, { minLength: 1, maxLength: 14 });

class Model {
  readonly entries: Entry[] = [];
  fannedTo = -1;
  lastAt: number;

  constructor(readonly createdAt: number) {
    this.lastAt = createdAt;
  }

  get lastSeq(): number {
    return this.entries.length;
  }

  get dirtySince(): number | null {
    if (this.fannedTo < 0) return this.createdAt;
    return this.entries[this.fannedTo]?.at ?? null;
  }

  append(drafts: readonly Draft[], now: number) {
    const at = Math.max(now, this.lastAt);
    const before = this.lastSeq;
    return drafts.map((one) => {
      const known = this.entries
        .slice(0, before)
        .find(({ from, id: stored }) => from === one.from && stored === one.id);
      if (known !== undefined) return { seq: known.seq, mid: known.mid, at: known.at, duplicate: true };
      this.entries.push({ v: 1, ...one, seq: this.lastSeq + 1, at });
      this.lastAt = at;
      return { seq: this.lastSeq, mid: one.mid, at, duplicate: false };
    });
  }
}

export const runScript = async (backend: Backend, script: readonly Step[]): Promise<void> => {
  const { conv, createdAt } = await created(backend);
  const model = new Model(createdAt);
  for (const one of script) {
    if (one.t === 'append') await appendBoth(backend, conv, model, one);
    else if (one.t === 'mark') await markBoth(backend, conv, model, one.upTo);
    else await readBoth(backend, conv, model, one);
    const { lastSeq, lastAt, fannedTo, dirtySince } = model;
    expect(await valueOf(backend, backend.ports.store.item(conv))).toMatchObject({
      ...{ lastSeq, lastAt, fannedTo, dirtySince },
    });
  }
};

const appendBoth = async (
  backend: Backend,
  conv: string,
  model: Model,
  { ids, off, now, fan }: Extract<Step, { t: 'append' }>,
): Promise<void> => {
  const drafts = ids.map((text) => {
    const [from = '', own = ''] = text.split(' ');
    return draft(own, { from });
  });
  const fanned = { from: model.fannedTo + 1, to: model.lastSeq };
  const given = group(conv, model.lastSeq + off, drafts, fan ? { now, fanned } : { now });
  const result = await valueOf(backend, backend.ports.store.append(given));
  if (off !== 0) return expect(result.kind).toBe('conflict');
  if (fan) model.fannedTo = model.lastSeq;
  const results = model.append(drafts, now);
  expect(result).toMatchObject({ kind: 'appended', results });
};

const markBoth = async (backend: Backend, conv: string, model: Model, upTo: number): Promise<void> => {
  const range = { from: model.fannedTo + 1, to: Math.min(upTo, model.lastSeq) };
  if (range.to < range.from) return;
  model.fannedTo = range.to;
  await valueOf(backend, backend.ports.store.markFanned(conv, range));
};

const readBoth = async (
  backend: Backend,
  conv: string,
  model: Model,
  { a, b, down, limit }: Extract<Step, { t: 'read' }>,
): Promise<void> => {
  if (model.lastSeq === 0) return;
  const [from = 1, to = 1] = [a, b].map((n) => 1 + (n % model.lastSeq)).sort((one, other) => one - other);
  const range = { conv, from, to, order: down ? ('down' as const) : ('up' as const), limit };
  const whole = model.entries.slice(from - 1, to);
  const expected = (down ? whole.reverse() : whole).slice(0, limit);
  expect(await valueOf(backend, backend.ports.store.read(range))).toEqual(expected);
};
