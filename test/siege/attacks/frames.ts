/** Frames that break the protocol of docs/protocol.md: too big, no JSON, of unknown types, binary, not UTF-8, torn. */
import { outcomeOf } from '#test/siege/attack';
import type { Attack, Camp } from '#test/siege/attack';
import type { Wire } from '#test/siege/tools/wire';

/** Neither these bytes in a frame nor in its fragments are UTF-8. */
const notUtf8: Readonly<Record<string, readonly number[]>> = {
  'a byte that never occurs': [0xff],
  'a continuation alone': [0x80],
  'an overlong slash': [0xc0, 0xaf],
  'half a character': [0xe2, 0x82],
  'a surrogate': [0xed, 0xa0, 0x80],
  'beyond Unicode': [0xf4, 0x90, 0x80, 0x80],
};

const nonsense = [
  ...['', '{', 'null', '7', '"x"', '[1,2]', '{"id":"12345678"}', '{"t":1}', '\ufeff{"t":"ping"}'],
  ...['{"t":"send"}', '['.repeat(30_000), '{"t":"ack","conv":"c","seq":-1}', '{"t":"ack","conv":"c","seq":1e999}'],
  '{"t":"history","id":"history-1","conv":"c","limit":0}',
  `{"t":"send","id":"send-0001","conv":"c","body":"x","meta":{"x":${'['.repeat(2_000)}${']'.repeat(2_000)}}}`,
];

const strange = [
  'dance',
  'welcome',
  'stored',
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'x'.repeat(60_000),
];

const surrogates = [
  '{"t":"send","id":"send-0001","conv":"c","body":"\\ud800"}',
  '{"t":"send","id":"send-0001","conv":"c","body":"x\\udc00\\ud800"}',
  '{"t":"send","id":"send-0001","conv":"\\udfff","body":"x"}',
  '{"t":"open","id":"open-0001","members":["\\ud800"]}',
  '{"t":"open","id":"open-0001","members":["ben"],"title":"\\ud800"}',
  '{"t":"ack","conv":"\\ud800","seq":1}',
  '{"t":"hello","token":"x","device":"\\ud800"}',
];

/** Nine bad frames are answered one by one; the tenth within the minute is the last. */
async function tenBad(camp: Camp, wire: Wire, texts: readonly string[], what: string): Promise<void> {
  for (let n = 0; n < 10; n += 1) wire.raw(texts[n % texts.length] ?? '');
  for (let n = 0; n < 9; n += 1) {
    const error = await camp.answer(wire, 'error');
    camp.expect(what, outcomeOf(error), 'gateway.bad_frame');
  }
  await camp.ends(wire, `${what}, ten times`, '4100');
}

const fragments = (wire: Wire, count: number, textOf: (index: number) => string, isEnded = true): void => {
  for (let n = 0; n < count; n += 1)
    wire.raw(textOf(n), { opcode: n === 0 ? 1 : 0, isLast: isEnded && n === count - 1 });
};

async function oversize(camp: Camp): Promise<void> {
  const whole = await camp.guest();
  whole.raw(`{"t":"ping","x":"${'x'.repeat(70_000)}"}`);
  await camp.ends(whole, 'a frame of 70 KB', '1009');
  for (const says of [65_537n, 2n ** 32n, 2n ** 53n, 2n ** 63n]) {
    const boaster = await camp.guest();
    boaster.raw('x', { says });
    await camp.ends(boaster, `a frame that says ${says} bytes`, '1009');
  }
  const pieces = await camp.guest();
  fragments(pieces, 4, () => 'x'.repeat(30_000));
  await camp.ends(pieces, 'fragments of 120 KB together', '1009');
  // A frame that is announced and never comes holds no memory, and nobody up.
  const waiter = await camp.guest();
  waiter.raw('x', { says: 65_536n });
  camp.expect('a frame of 64 KiB that never comes', await waiter.end(50), 'open');
  waiter.line.cut();
}

async function unknownTypes(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  for (const t of [...strange, ...strange]) {
    wire.say({ t, id: 'strange-1', conv: 'c' });
    const error = await camp.answer(wire, 'error');
    const isEcho = error?.['of'] === t && error['id'] === 'strange-1' && error['conv'] === 'c';
    camp.expect('an unknown type', isEcho ? String(error['code']) : 'no echo', 'gateway.unknown_type');
  }
  await camp.lives(wire, 'unknown types');
  wire.line.cut();
}

async function brokenText(camp: Camp): Promise<void> {
  for (const [what, bytes] of Object.entries(notUtf8)) {
    const wire = await camp.guest();
    wire.raw(Buffer.concat([Buffer.from('{"t":"ping","x":"'), Buffer.from(bytes), Buffer.from('"}')]));
    await camp.ends(wire, what, '1007');
  }
}

async function fragmented(camp: Camp): Promise<void> {
  const text = `{"t":"ping","x":"${'é'.repeat(1_500)}"}`;
  const bytes = Buffer.from(text);
  const piece = Math.ceil(bytes.length / 1_000);
  const patient = await camp.guest();
  for (let n = 0; n < 1_000; n += 1)
    patient.raw(bytes.subarray(n * piece, (n + 1) * piece), { opcode: n === 0 ? 1 : 0, isLast: n === 999 });
  camp.expect('a frame in 1,000 fragments', (await camp.answer(patient, 'pong'))?.t ?? 'silence', 'pong');
  patient.line.cut();
  const endless = await camp.guest();
  fragments(endless, 17_000, () => '', false);
  await camp.ends(endless, '17,000 empty fragments and no end', '1008');
}

export const frames: readonly Attack[] = [
  { name: 'oversize frames', answer: '1009', memoryMiB: 64, strike: (camp) => camp.again(2, 10, () => oversize(camp)) },
  {
    name: 'malformed JSON',
    answer: 'gateway.bad_frame, the tenth 4100',
    memoryMiB: 64,
    strike: (camp) =>
      camp.again(4, 10, async () => {
        await tenBad(camp, await camp.guest(), nonsense.slice(0, 10), 'nonsense');
        await tenBad(camp, await camp.guest(), nonsense.slice(5), 'more nonsense');
        await tenBad(camp, await camp.wire(), nonsense, 'nonsense before hello');
      }),
  },
  {
    name: 'unknown types',
    answer: 'gateway.unknown_type, not counted',
    memoryMiB: 64,
    strike: (camp) => camp.again(4, 10, () => unknownTypes(camp)),
  },
  {
    name: 'binary frames',
    answer: '1003',
    memoryMiB: 64,
    strike: (camp) =>
      camp.again(4, 10, async () => {
        const wire = await camp.guest();
        wire.raw('{"t":"ping"}', { opcode: 2 });
        await camp.ends(wire, 'a binary frame', '1003');
      }),
  },
  { name: 'not UTF-8', answer: '1007', memoryMiB: 64, strike: (camp) => camp.again(2, 10, () => brokenText(camp)) },
  {
    name: 'lone surrogates',
    answer: 'gateway.bad_frame, the tenth 4100',
    memoryMiB: 64,
    strike: (camp) =>
      camp.again(4, 10, async () => tenBad(camp, await camp.guest(), surrogates, 'half a character, escaped')),
  },
  {
    name: 'fragments',
    answer: '1,000 are one frame; without end 1008',
    memoryMiB: 64,
    strike: (camp) => camp.again(1, 10, () => fragmented(camp)),
  },
];
