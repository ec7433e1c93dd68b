/** Breaches of WebSocket itself (RFC 6455): bits, masks, fragments, control frames, closing. */
import type { Attack, Camp } from '#test/siege/attack';
import { closePayload } from '#test/siege/tools/frame-bytes';
import type { Wire } from '#test/siege/tools/wire';

type Breach = (wire: Wire) => void;

const closing =
  (code: number, reason: string | Buffer = ''): Breach =>
  (wire) =>
    wire.raw(closePayload(code, reason), { opcode: 8 });

/** What is done, and the close code that answers it. */
const breaches: Readonly<Record<string, readonly [Breach, string]>> = {
  'compressed (first reserved bit)': [(wire) => wire.raw('{"t":"ping"}', { reserved: 4 }), '1002'],
  'second reserved bit': [(wire) => wire.raw('{"t":"ping"}', { reserved: 2 }), '1002'],
  'third reserved bit': [(wire) => wire.raw('{"t":"ping"}', { reserved: 1 }), '1002'],
  'not masked': [(wire) => wire.raw('{"t":"ping"}', { isMasked: false }), '1002'],
  'a control frame not masked': [(wire) => wire.raw('', { opcode: 9, isMasked: false }), '1002'],
  'an unknown opcode': [(wire) => wire.raw('x', { opcode: 3 }), '1002'],
  'an unknown control opcode': [(wire) => wire.raw('x', { opcode: 11 }), '1002'],
  'a ping in fragments': [(wire) => wire.raw('x', { opcode: 9, isLast: false }), '1002'],
  'a ping of 126 bytes': [(wire) => wire.raw('x'.repeat(126), { opcode: 9 }), '1002'],
  'a continuation of nothing': [(wire) => wire.raw('x', { opcode: 0 }), '1002'],
  'a new message amid fragments': [
    (wire) => {
      wire.raw('{"t":', { isLast: false });
      wire.raw('{"t":"ping"}');
    },
    '1002',
  ],
  'close code 0': [closing(0), '1002'],
  'close code 999': [closing(999), '1002'],
  'close code 1005, which is never sent': [closing(1_005), '1002'],
  'close code 1006, which is never sent': [closing(1_006), '1002'],
  'close code 1016': [closing(1_016), '1002'],
  'close code 5000': [closing(5_000), '1002'],
  'a close frame of one byte': [(wire) => wire.raw('x', { opcode: 8 }), '1002'],
  'a close reason that is not UTF-8': [closing(1_000, Buffer.from([0xff])), '1007'],
  'a good bye, in form': [closing(1_000, 'bye'), '1000'],
};

async function breach(camp: Camp): Promise<void> {
  for (const [what, [commit, code]] of Object.entries(breaches)) {
    const wire = await camp.guest();
    commit(wire);
    await camp.ends(wire, what, code);
  }
}

export const violations: readonly Attack[] = [
  {
    name: 'breaches of WebSocket',
    answer: '1002 (1007 where text is concerned)',
    memoryMiB: 64,
    strike: (camp) => camp.again(2, 10, () => breach(camp)),
  },
];
