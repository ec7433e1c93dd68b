// What the load generator reads off frames without parsing them, it reads as a parser would.
import { describe, expect, test } from 'vitest';
import { Histogram } from '#load/histogram';
import { countOf, idStart, kindOf, seqOf } from '#load/sniff';

const frame = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const id = `${idStart('run', 7)}1234`;

describe('sniffing', () => {
  test('kinds are told by `t`, wherever it stands', () => {
    expect(kindOf(frame({ t: 'message', seq: 1 }))).toBe('message');
    expect(kindOf(frame({ seq: 1, t: 'message' }))).toBe('message');
    expect(kindOf(frame({ t: 'stored' }))).toBe('stored');
    expect(kindOf(frame({ conv: 'c', t: 'stored' }))).toBe('stored');
    expect(kindOf(frame({ t: 'send', id }))).toBe('message');
    expect(kindOf(frame({ t: 'ack' }))).toBe('stored');
    for (const t of ['members', 'server_maintenance', 'error', 'messages', 'storedx'])
      expect(kindOf(frame({ t, id }))).toBe('other');
  });

  test('numbers and counts are read where their keys stand; `mid` is no `id`', () => {
    const message = frame({ t: 'message', conv: 'c', seq: 4_711, mid: '01ABC999', from: 'u', id, body: 'xx', at: 1 });
    expect(seqOf(message)).toBe(4_711);
    expect(countOf(message)).toBe(1_234);
    expect(seqOf(frame({ t: 'send', id }))).toBe(0);
    expect(countOf(frame({ t: 'ack', mid: '17' }))).toBe(-1);
  });

  test('an id is one that the protocol allows', () => {
    expect(`${idStart('zzzz', 9_999)}0`).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
  });
});

test('percentiles are within two per cent', () => {
  const times = new Histogram();
  expect(times.percentile(0.5)).toBeNull();
  for (let ms = 1; ms <= 1_000; ms += 1) times.add(ms);
  expect(times.percentile(0.5)).toBeGreaterThanOrEqual(490);
  expect(times.percentile(0.5)).toBeLessThanOrEqual(520);
  expect(times.percentile(0.99)).toBeGreaterThanOrEqual(970);
  expect(times.percentile(0.99)).toBeLessThanOrEqual(1_010);
});
