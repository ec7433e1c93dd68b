/** Frames as such: the handshake, what is no frame, sizes, types, and what an error says (sections 1 and 5). */
import { check } from '#conformance/check';
import { newId } from '#conformance/client';
import { must, mustEqual, mustHold } from '#conformance/unmet';

const frameBytes = 65_536;

/** A frame of an unknown type, of exactly as many bytes. */
const padded = (bytes: number): string => {
  const empty = JSON.stringify({ t: 'x-padded', pad: '' });
  return JSON.stringify({ t: 'x-padded', pad: 'p'.repeat(bytes - empty.length) });
};

export const frameChecks = [
  check('ws.no-subprotocol', '1 no subprotocol: accepted, then closed with 4104', async (stage) => {
    mustEqual(await stage.knock([]), 4104, 'the close code');
  }),

  check('ws.other-subprotocol', '1 another subprotocol: accepted, then closed with 4104', async (stage) => {
    mustEqual(await stage.knock(['hogmanay.v999']), 4104, 'the close code');
  }),

  check('ws.subprotocol', '1 subprotocol hogmanay.v1, also where it is one of several', async (stage) => {
    const link = await stage.link({ protocols: ['hogmanay.v999', 'hogmanay.v1'] });
    mustEqual(link.protocol, 'hogmanay.v1', 'the subprotocol chosen');
    link.send({ t: 'ping' });
    await link.expect('error', ({ code }) => code === 'gateway.not_ready');
  }),

  check('ws.no-compression', '1 no compression, whatever the client offers', async (stage) => {
    const link = await stage.link({ offerCompression: true });
    mustEqual(link.extensions, '', 'the extensions agreed to');
  }),

  check('frame.binary', '5 a binary frame: 1003', async (stage) => {
    const [alice] = await stage.present(1);
    alice.raw(Buffer.from(JSON.stringify({ t: 'ping' })), true);
    await alice.closes(1003);
  }),

  check('frame.too-big', '1 frames from clients: at most 64 KiB, more: 1009', async (stage) => {
    const [alice] = await stage.present(1);
    alice.raw(padded(frameBytes + 1));
    await alice.closes(1009);
  }),

  check('frame.big', '1 frames from clients: 64 KiB is not too much', async (stage) => {
    const [alice] = await stage.present(1);
    alice.raw(padded(frameBytes));
    await alice.expect('error', ({ code, of }) => code === 'gateway.unknown_type' && of === 'x-padded');
    await alice.taken();
  }),

  check('frame.not-utf8', '5 not UTF-8: 1007', async (stage) => {
    const [alice] = await stage.present(1);
    alice.raw(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    await alice.closes(1007);
  }),

  check(
    'frame.unknown-type',
    '5 unknown `t`: gateway.unknown_type, not counted, the connection lives',
    async (stage) => {
      const [alice] = await stage.present(1);
      for (let n = 0; n < 12; n += 1) await alice.refused('gateway.unknown_type', { t: `x-${n}`, id: newId() });
      const error = await alice.refusedOf('gateway.unknown_type', { t: 'x-last' });
      mustHold(error, { of: 'x-last' }, 'the error');
      await alice.taken();
    },
  ),

  check('frame.unknown-fields', '1 unknown fields are ignored', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.say(conv, 'with more', { later: { nested: [1] }, seq: 99, at: 1, from: 'nobody' });
    const message = await bob.message(conv, 1);
    mustHold(message, { body: 'with more', from: alice.user }, 'the message');
    must(!('later' in message), 'a message without the unknown field', message);
    alice.send({ t: 'ping', later: true });
    await alice.expect('pong');
  }),

  check('frame.tenth-bad', '5 bad frames: the tenth in a minute closes the connection (4100)', async (stage) => {
    const [alice] = await stage.present(1);
    for (let n = 0; n < 9; n += 1) await alice.refusedOf('gateway.bad_frame', { t: 'ack' });
    await alice.taken();
    alice.send({ t: 'ack' });
    await alice.closes(4100);
  }),

  check('error.echo', '5 an error echoes id, conv and of whenever the frame was JSON that held them', async (stage) => {
    const [alice] = await stage.present(1);
    const id = newId();
    const bad = await alice.refused('gateway.bad_frame', { t: 'send', id, conv: 'some-conv', body: '' });
    mustHold(bad, { id, conv: 'some-conv', of: 'send' }, 'the error of a bad frame');
    const short = await alice.refused('gateway.bad_frame', { t: 'history', id: 'short', conv: 'some-conv' });
    mustHold(short, { id: 'short', conv: 'some-conv', of: 'history' }, 'the error of a bad id');
    const unknown = await alice.refused('gateway.unknown_type', { t: 'x-type', id, conv: 'other-conv' });
    mustHold(unknown, { id, conv: 'other-conv', of: 'x-type' }, 'the error of an unknown type');
    const foreign = await alice.refused('conversation.forbidden', { t: 'send', id, conv: 'no-conv', body: 'x' });
    mustHold(foreign, { id, conv: 'no-conv', of: 'send' }, 'the error of a foreign conversation');
    const ack = await alice.refusedOf('gateway.bad_frame', { t: 'ack', conv: 'acked', seq: -1 });
    mustHold(ack, { conv: 'acked', of: 'ack' }, 'the error of a bad ack');
  }),

  check('ping.pong', '2 ping is answered by pong', async (stage) => {
    const [alice] = await stage.present(1);
    for (const count of [1, 2, 3]) {
      await alice.taken();
      mustEqual(alice.all('pong').length, count, 'pongs');
    }
  }),

  check(
    'ping.heartbeat',
    '4 Liveness: WebSocket pings every heartbeatMs',
    async (stage) => {
      const [alice] = await stage.present(1);
      await alice.until(() => (alice.pings > 0 ? true : undefined), 'a WebSocket ping');
    },
    { needs: ['slow'], waitsMs: 35_000 },
  ),

  check(
    'ping.silence',
    '4 Liveness: neither frame nor pong for twice heartbeatMs: 4003',
    async (stage) => {
      const [alice] = stage.people(1);
      const link = await stage.link({ pong: false });
      link.send({ t: 'hello', token: alice.token, device: 'silent' });
      await link.expect('ready');
      await link.closes(4003);
    },
    { needs: ['slow'], waitsMs: 100_000 },
  ),
];
