// The size of a member as sent is the size of the very text between its colon and the next comma.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rawMemberBytes } from '#protocol/raw-member';

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
const value = fc.tuple(fc.jsonValue(), fc.nat({ max: 3 })).map(([json, indent]) => JSON.stringify(json, null, indent));
const escaped = (text: string) =>
  text.replace(/./gsu, (char) => (char.length === 1 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char));
const key = fc.oneof(
  fc.constantFrom('"meta"', `"${escaped('meta')}"`, '"met\\u0061"'),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.string().map((text) => `"${escaped(text)}"`),
);
const member = fc.record({ key, value, before: space, amid: space, after: space });

test('whatever stands around it, and however it is written', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(member, { maxLength: 6 }), space, (members, edge) => {
      const text = members.map((one) => `${one.before}${one.key}${one.amid}:${one.amid}${one.value}${one.after}`);
      const whole = `${edge}{${text.join(',')}${members.length === 0 ? edge : ''}}${edge}`;
      const last = members.filter((one) => JSON.parse(one.key) === 'meta').at(-1);
      expect(Object.keys(JSON.parse(whole) as object).includes('meta')).toBe(last !== undefined);
      expect(rawMemberBytes(whole, 'meta')).toBe(last === undefined ? 0 : Buffer.byteLength(last.value));
      if (last !== undefined) found += 1;
    }),
    { numRuns: 2_000, seed: 20_251_231 },
  );
  expect(found).toBeGreaterThan(500);
});
