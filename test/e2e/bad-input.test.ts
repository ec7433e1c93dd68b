// What strangers, broken clients and impatient ones meet: each error and each close code of docs/protocol.md section 5
// that this server can produce. The connection lives where the page says so.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '#test/e2e/driver/client';
import type { Connection } from '#test/e2e/driver/connection';
import type { Refusal } from '#test/e2e/driver/frames';
import { Stage, tokenFor } from '#test/e2e/stage';

let stage: Stage;
let anna: Client;
let direct: string;

beforeAll(async () => {
  stage = await Stage.open({ limits: { 'hello.withinMs': 300 } });
  anna = await stage.present('anna');
  direct = (await anna.open(['ben'])).conv;
});

afterAll(() => stage.close());

/** A connection that has had its welcome, and whose user nobody else in these tests is. */
let guests = 0;
async function guest(): Promise<Connection> {
  guests += 1;
  return (await stage.present(`guest${guests}`)).connection;
}

/** The error that this text is answered with; the connection must live on. */
async function answerTo(connection: Connection, text: string): Promise<Refusal> {
  connection.raw(text);
  const refusal = await connection.expect('error');
  connection.send({ t: 'ping' });
  await connection.expect('pong');
  return refusal;
}

const frame = (t: string, fields: object): string => JSON.stringify({ t, ...fields });
const sendOf = (fields: object): string => frame('send', { id: 'send-0001', conv: direct, body: 'x', ...fields });

/** An upgrade by hand: ws itself refuses an answer without the subprotocol that it offered. */
function bareUpgrade(protocol: string): Promise<{ status: string | undefined; close: number }> {
  const { hostname, port } = new URL(stage.server.http ?? '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let heard = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (data: Buffer) => {
      heard = Buffer.concat([heard, data]);
      const start = heard.indexOf('\r\n\r\n') + 4;
      // A close frame: opcode 8, its length, the code.
      if (start < 4 || heard.length < start + 4 || heard[start] !== 0x88) return;
      resolve({ status: heard.toString('latin1').split('\r\n')[0], close: heard.readUInt16BE(start + 2) });
      socket.destroy();
    });
    const lines = ['GET /ws HTTP/1.1', `Host: ${hostname}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'];
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`;
    lines.push('Sec-WebSocket-Version: 13', key, `Sec-WebSocket-Protocol: ${protocol}`, '', '');
    socket.write(lines.join('\r\n'));
  });
}

describe('a bad frame', () => {
  test.each<[string, () => string]>([
    ['no JSON', () => 'hello?'],
    ['no object', () => '[1,2]'],
    ['no t', () => '{"id":"12345678"}'],
    ['a send without a body', () => frame('send', { id: 'send-0001', conv: direct })],
    ['an empty body', () => sendOf({ body: '' })],
    ['a lone surrogate', () => sendOf({ body: 'x' }).replace('"x"', '"\\ud800"')],
    ['a body that is no string', () => sendOf({ body: 7 })],
    ['an id of seven characters', () => sendOf({ id: 'send-01' })],
    ['an id with a space', () => sendOf({ id: 'send 0001' })],
    ['meta that is no object', () => sendOf({ meta: [1] })],
    ['meta over 1,024 bytes', () => sendOf({ meta: { text: 'x'.repeat(1_024) } })],
    ['an ack of a fraction', () => frame('ack', { conv: direct, seq: 1.5 })],
    ['history with both bounds', () => frame('history', { id: 'history-1', conv: direct, after: 1, before: 9 })],
    ['history of 201', () => frame('history', { id: 'history-1', conv: direct, limit: 201 })],
    ['open with a bad name', () => frame('open', { id: 'open-0001', members: ['no name'] })],
    ['a hello for another device', () => frame('hello', { token: 'x', device: 'not a device' })],
  ])('%s: the connection lives', async (_what, text) => {
    const { code, effect } = await answerTo(await guest(), text());
    expect({ code, effect }).toEqual({ code: 'gateway.bad_frame', effect: 'none' });
  });

  test('an error echoes id, conv and of where the frame was JSON that held them', async () => {
    const refusal = await answerTo(await guest(), sendOf({ body: '' }));
    expect(refusal).toMatchObject({ id: 'send-0001', conv: direct, of: 'send' });
  });

  test('the tenth within a minute closes with 4100', async () => {
    const connection = await guest();
    for (let n = 0; n < 9; n += 1) connection.raw('{');
    connection.send({ t: 'ping' });
    await connection.expect('pong');
    expect(connection.received('error')).toHaveLength(9);
    connection.raw('{');
    expect(await connection.end()).toMatchObject({ code: 4100 });
  });

  test('unknown fields are no fault, an unknown `t` is one that does not count', async () => {
    const connection = await guest();
    for (let n = 0; n < 12; n += 1) connection.raw(frame('dance', { id: 'dance-001' }));
    connection.raw(frame('ping', { extra: true }));
    await connection.expect('pong');
    const errors = connection.received('error');
    expect(errors).toHaveLength(12);
    expect(errors[0]).toMatchObject({ code: 'gateway.unknown_type', id: 'dance-001', of: 'dance', effect: 'none' });
  });
});

describe('what is asked and may not be', () => {
  test('a conversation that does not exist and one of others are refused alike', async () => {
    const stranger = await stage.present('stranger');
    const words = async (asked: Promise<unknown>): Promise<unknown> => {
      const { frame: refusal } = (await asked.catch((why: unknown) => why)) as { frame: Refusal };
      return { code: refusal.code, message: refusal.message, effect: refusal.effect };
    };
    for (const ask of ['send', 'history', 'members'] as const) {
      const asked = (conv: string): Promise<unknown> =>
        ask === 'send' ? stranger.send(conv, 'let me in') : stranger[ask](conv);
      const refusal = await words(asked(direct));
      expect(refusal).toMatchObject({ code: 'conversation.forbidden', effect: 'none' });
      expect(await words(asked('no-such-conversation'))).toEqual(refusal);
    }
  });

  test('a body over 16,384 bytes is too big, one of 16,384 is not; bytes are of UTF-8', async () => {
    await expect(anna.send(direct, 'x'.repeat(16_385))).rejects.toThrow('gateway.body_too_big');
    await expect(anna.send(direct, 'é'.repeat(8_193))).rejects.toThrow('gateway.body_too_big');
    await anna.send(direct, 'x'.repeat(16_384));
    await anna.send(direct, 'é'.repeat(8_192));
  });

  test('nobody but oneself is no conversation', async () => {
    await expect(anna.open([])).rejects.toThrow('conversation.too_few_members');
    await expect(anna.open(['anna'], { title: 'me' })).rejects.toThrow('conversation.too_few_members');
  });

  test('more than 256 members are too many', async () => {
    const crowd = Array.from({ length: 256 }, (_, n) => `crowd${n}`);
    await expect(anna.open(crowd)).rejects.toThrow('conversation.too_many_members');
  });

  test('the members of a direct conversation cannot change', async () => {
    await expect(anna.members(direct, { add: ['cleo'] })).rejects.toThrow('conversation.direct');
    await expect(anna.members(direct, { remove: ['anna'] })).rejects.toThrow('conversation.direct');
  });

  test('an `ack` beyond the end or of a strange conversation is no way to crash anything', async () => {
    const connection = await guest();
    connection.send({ t: 'ack', conv: direct, seq: 4 });
    connection.send({ t: 'ack', conv: 'nowhere', seq: 10 ** 15 });
    connection.send({ t: 'ping' });
    await connection.expect('pong');
  });
});

describe('the door', () => {
  test('no subprotocol, or another: accepted, then closed with 4104', async () => {
    const nothingOffered = await stage.stranger({ protocols: [] });
    expect(await nothingOffered.end()).toMatchObject({ code: 4104 });
    expect(await bareUpgrade('hogmanay.v9')).toEqual({ status: 'HTTP/1.1 101 Switching Protocols', close: 4104 });
  });

  test('a frame before `welcome` is not_ready, and the connection lives to say hello', async () => {
    const connection = await stage.stranger();
    connection.raw(sendOf({}));
    expect(await connection.expect('error')).toMatchObject({ code: 'gateway.not_ready', id: 'send-0001', of: 'send' });
    connection.send({ t: 'hello', token: await tokenFor('early'), device: 'd1' });
    expect(await connection.expect('welcome')).toMatchObject({ user: 'early', device: 'd1', resumed: false });
  });

  test.each<[string, () => Promise<string>]>([
    ['no token at all', () => Promise.resolve('')],
    ['nonsense', () => Promise.resolve('a.b.c')],
    ['another key', () => tokenFor('anna', 60, 'another key that is also long enough here')],
    ['an expired one', () => tokenFor('anna', -60)],
    ['the algorithm none', () => Promise.resolve(`${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`)],
  ])('a bad token, %s: unauthenticated, closed with 4101', async (_what, token) => {
    const connection = await stage.stranger();
    connection.send({ t: 'hello', token: await token(), device: 'd1' });
    expect(await connection.end()).toMatchObject({ code: 4101 });
    expect(connection.received('welcome')).toEqual([]);
  });

  test('no hello in time: closed with 4101, bad ones or none', async () => {
    const silent = await stage.stranger();
    const clumsy = await stage.stranger();
    clumsy.raw('{"t":"hello"}');
    expect(await silent.end(2_000)).toMatchObject({ code: 4101 });
    expect(await clumsy.end(2_000)).toMatchObject({ code: 4101 });
  });

  test('a binary frame: 1003; a frame over 64 KiB: 1009; no UTF-8: 1007', async () => {
    const [binary, big, torn] = [await guest(), await guest(), await guest()];
    binary.raw(Buffer.from('{"t":"ping"}'));
    expect(await binary.end()).toMatchObject({ code: 1003 });
    big.raw(`{"t":"ping","x":"${'x'.repeat(65_536)}"}`);
    expect(await big.end()).toMatchObject({ code: 1009 });
    torn.raw(Buffer.from('{"t":"ping","x":"\xff"}', 'latin1'), false);
    expect(await torn.end()).toMatchObject({ code: 1007 });
  });

  test('a second connection of the device replaces the first: 4103; another device does not', async () => {
    const { connection: first } = await stage.present('twice');
    const other = await stage.present('twice', { device: 'd2' });
    const second = await stage.present('twice');
    expect(await first.end()).toMatchObject({ code: 4103 });
    await Promise.all([second.ping(), other.ping()]);
  });

  test('hello again renews, for the same user and device alone', async () => {
    const client = await stage.present('renewer');
    const { connection } = client;
    connection.send({ t: 'hello', token: await tokenFor('renewer', 7_200), device: 'd1' });
    await expect.poll(() => connection.received('welcome').length).toBe(2);
    const [before, after] = connection.received('welcome');
    expect(after?.session).toBe(before?.session);
    expect(after?.exp).toBeGreaterThan(before?.exp ?? Infinity);
    connection.send({ t: 'hello', token: await tokenFor('renewer'), device: 'd2' });
    expect(await connection.expect('error')).toMatchObject({ code: 'gateway.bad_frame' });
    connection.send({ t: 'hello', token: await tokenFor('somebody-else'), device: 'd1' });
    expect(await connection.end()).toMatchObject({ code: 4101 });
  });
});
