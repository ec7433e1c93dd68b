// The hot path has guards of its own: on whatever JSON can hold they say what the schemas say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asAck, asSend, clientFrames } from '#protocol/client-frames';
import { decode } from '#test/protocol/kit';

const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', '\ud800', 'id-00001', 'x'.repeat(64), 'x'.repeat(65), -1, 0, 1, 1.5, 2 ** 53, null, [], {}),
);
const often = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: odd });

const idLike = fc.stringMatching(/^[A-Za-z0-9_-]{7,65}$/);
const fields = {
  id: often(idLike),
  conv: often(fc.string({ unit: 'binary', maxLength: 66 })),
  body: often(fc.string({ unit: 'binary', minLength: 1 })),
  seq: often(fc.integer({ min: -2 })),
  meta: often(fc.dictionary(fc.string(), fc.jsonValue())),
  other: odd,
};

const frames = (t: string) =>
  fc.record({ t: fc.constant(t), ...fields }, { requiredKeys: ['t'] }).map((frame) => {
    // Through JSON, as everything comes: no undefined, and `__proto__` an ordinary key.
    return JSON.parse(JSON.stringify(frame)) as Record<string, unknown>;
  });

const options = { numRuns: 3_000, seed: 20_251_231 };

describe('guards and schemas agree', () => {
  test.each([
    ['send', asSend],
    ['ack', asAck],
  ] as const)('on %s', (t, guard) => {
    let taken = 0;
    fc.assert(
      fc.property(frames(t), (value) => {
        const result = clientFrames[t].safeParse(value);
        expect(guard(value)).toEqual(result.success ? result.data : undefined);
        if (result.success) taken += 1;
      }),
      options,
    );
    expect(taken).toBeGreaterThan(300);
  });
});

describe('decode never throws', () => {
  test('on any JSON, and on any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        expect(Object.keys(decode(text))).toHaveLength(1);
      }),
      options,
    );
  });

  test('on frames of any type with odd fields', () => {
    const some = fc.constantFrom('hello', 'history', 'open', 'members', 'ping', 'read');
    const frame = fc.tuple(
      some,
      fc.dictionary(fc.constantFrom('id', 'conv', 'after', 'cursors', 'members', 'add'), odd),
    );
    fc.assert(
      fc.property(frame, ([t, rest]) => {
        expect(Object.keys(decode(JSON.stringify({ ...rest, t })))).toHaveLength(1);
      }),
      options,
    );
  });
});
