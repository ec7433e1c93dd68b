// WebSockets of the edge: who gets in, what passes, what ends them.
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { closeOf, dial, startEdge, tcp, upgradeRequest } from '#test/gateway/edge/kit';

/** An unmasked head of a client frame, then zero as mask: bytes go as they are. */
const clientFrame = (firstByte: number, payload: Uint8Array): Buffer => {
  const head =
    payload.length < 126
      ? [firstByte, 0x80 | payload.length]
      : [firstByte, 0xfe, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload]);
};

describe('edge: the handshake', () => {
  test('a client of hogmanay.v1 gets in, without compression', async () => {
    const { edge, met, world } = await startEdge();
    const client = await dial(world.port, ['other.v9', 'hogmanay.v1']);
    expect([client.protocol, client.extensions]).toEqual(['hogmanay.v1', '']);
    expect(edge.connections()).toBe(1);
    expect(met[0]?.info).toEqual({ name: 'c1', ip: '127.0.0.1' });
  });

  test.each([[[]], [['hogmanay.v2']], [['x', 'y']]])(
    'subprotocols %j: accepted, then closed with 4104',
    async (offered) => {
      const { met, world } = await startEdge();
      const client = await dial(world.port, offered);
      expect((await closeOf(client))[0]).toBe(4104);
      expect(met).toEqual([]);
    },
  );

  test.each([
    ['another path', upgradeRequest('GET /other HTTP/1.1'), 404],
    ['a path below', upgradeRequest('GET /ws/x HTTP/1.1'), 404],
    ['no upgrade', upgradeRequest(undefined, { Upgrade: '', Connection: 'close' }), 404],
    ['another method', upgradeRequest('POST /ws HTTP/1.1', { 'Content-Length': '0' }), 405],
    ['a key that is none', upgradeRequest(undefined, { 'Sec-WebSocket-Key': 'x' }), 400],
    ['a version of long ago', upgradeRequest(undefined, { 'Sec-WebSocket-Version': '7' }), 400],
  ])('%s is refused with the error object', async (_what, request, status) => {
    const { met, world } = await startEdge();
    const [head = '', body = ''] = (await tcp(world.port, request).answer).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toMatchObject({ effect: 'none' });
    expect(met).toEqual([]);
  });

  test('an upgrade to something else is an ordinary request', async () => {
    const { world } = await startEdge();
    const request = upgradeRequest('GET /healthz HTTP/1.1', { Upgrade: 'h2c' });
    expect(await tcp(world.port, request).answer).toContain('HTTP/1.1 200 OK');
  });

  test('the query of the path does not matter', async () => {
    const { world } = await startEdge();
    expect((await dial(world.port, undefined, '/ws?v=1')).protocol).toBe('hogmanay.v1');
  });
});

describe('edge: who is refused for now', () => {
  test('connections.node: one more is refused at the upgrade; once one left there is room', async () => {
    const { edge, world } = await startEdge({ 'connections.node': 1, 'retry.afterMs': 1_500 });
    const first = await dial(world.port);
    const refused = await tcp(world.port, upgradeRequest()).answer;
    expect(refused).toContain('HTTP/1.1 503 ');
    expect(refused).toContain('Retry-After: 2\r\n');
    expect(refused).toContain('"retryAfterMs":1500');
    first.close();
    await vi.waitFor(() => expect(edge.connections()).toBe(0));
    await dial(world.port);
  });

  test('connections.ip: one more of an address is refused at the upgrade; once one left there is room', async () => {
    const { edge, world } = await startEdge({ 'connections.ip': 2 });
    const [first] = await Promise.all([dial(world.port), dial(world.port)]);
    const refused = await tcp(world.port, upgradeRequest()).answer;
    expect(refused).toContain('HTTP/1.1 503 ');
    expect(refused).toContain('Retry-After: 1\r\n');
    expect(refused).toContain('too many connections from this address');
    first?.close();
    await vi.waitFor(() => expect(edge.connections()).toBe(1));
    await dial(world.port);
  });

  test('accept.backlog: those beyond it wait, and are served', async () => {
    const { edge, world } = await startEdge({ 'accept.backlog': 1 });
    // The system drops what does not fit, and the others knock again a second later, then two.
    await Promise.all(Array.from({ length: 3 }, () => dial(world.port)));
    expect(edge.connections()).toBe(3);
  }, 15_000);

  test('a server that is not ready refuses newcomers, and keeps who is there', async () => {
    const { met, world } = await startEdge();
    const client = await dial(world.port);
    world.ready = false;
    expect(await tcp(world.port, upgradeRequest()).answer).toContain('Retry-After: 1\r\n');
    client.send('still here');
    await vi.waitFor(() => expect(met[0]?.heard).toEqual(['still here']));
  });
});

describe('edge: what passes', () => {
  test('text, binary, pings and pongs, each as what it is; then the loss', async () => {
    const { met, world } = await startEdge();
    const client = await dial(world.port);
    client.send('text ✨');
    client.send(Buffer.from('x'), { binary: true });
    client.ping();
    client.pong();
    await vi.waitFor(() => expect(met[0]?.heard).toEqual(['text ✨', 'binary', '<alive>', '<alive>']));
    client.terminate();
    await vi.waitFor(() => expect(met[0]?.heard.at(-1)).toBe('<lost>'));
  });

  test('fragments are one message', async () => {
    const { met, world } = await startEdge();
    const client = await dial(world.port);
    client.send('{"t":', { fin: false });
    client.send('"pi', { fin: false });
    client.send('ng"}', { fin: true });
    await vi.waitFor(() => expect(met[0]?.heard).toEqual(['{"t":"ping"}']));
  });

  test('strings and bytes arrive as text, in order, and a ping of ours is answered', async () => {
    const { met, world } = await startEdge();
    const client = await dial(world.port);
    const got: [string, boolean][] = [];
    client.on('message', (data: Buffer, isBinary) => got.push([data.toString(), isBinary]));
    met[0]?.socket.send('one');
    met[0]?.socket.send(Buffer.from('two'));
    met[0]?.socket.ping();
    await vi.waitFor(() => expect(met[0]?.heard).toEqual(['<alive>']));
    expect(got).toEqual([
      ['one', false],
      ['two', false],
    ]);
  });

  test('the frames of one turn are one write', async () => {
    const { met, world } = await startEdge();
    const { socket } = tcp(world.port, upgradeRequest());
    await once(socket, 'data');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    for (let i = 0; i < 100; i += 1) met[0]?.socket.send('x');
    expect(met[0]?.socket.bufferedBytes()).toBe(300);
    await vi.waitFor(() => expect(Buffer.concat(chunks)).toHaveLength(300));
    expect(chunks).toHaveLength(1);
    expect(met[0]?.socket.bufferedBytes()).toBe(0);
  });

  test('much in one turn goes out before the turn is over', async () => {
    const { met, world } = await startEdge();
    const client = await dial(world.port);
    const frame = 'x'.repeat(50_000);
    let arrived = 0;
    client.on('message', (data: Buffer) => (arrived += data.length));
    for (let i = 0; i < 10; i += 1) met[0]?.socket.send(frame);
    expect(met[0]?.socket.bufferedBytes()).toBeLessThan(500_000);
    await vi.waitFor(() => expect(arrived).toBe(500_000));
  });
});

describe('edge: what ends a WebSocket', () => {
  test('frame.bytes: as much passes, one byte more is 1009', async () => {
    const { met, world } = await startEdge();
    const client = await dial(world.port);
    client.send('x'.repeat(65_536));
    client.send('x'.repeat(65_537));
    expect((await closeOf(client))[0]).toBe(1009);
    expect(met[0]?.heard.map((text) => text.length)).toEqual([65_536, '<lost>'.length]);
  });

  test('frame.bytes: fragments do not get round it', async () => {
    const { world } = await startEdge();
    const client = await dial(world.port);
    for (let i = 0; i < 3; i += 1) client.send('x'.repeat(30_000), { fin: false });
    expect((await closeOf(client))[0]).toBe(1009);
  });

  test('pings.pending: so many pongs wait for a client; with one more the connection just ends', async () => {
    const { met, world } = await startEdge({ 'pings.pending': 10 });
    const pings = (count: number): Buffer =>
      Buffer.concat(Array<Buffer>(count).fill(clientFrame(0x89, Buffer.alloc(0))));
    const patient = tcp(world.port, upgradeRequest());
    await once(patient.socket, 'data');
    patient.socket.write(pings(10));
    await vi.waitFor(() => expect(met[0]?.heard).toHaveLength(10));
    patient.socket.write(pings(10));
    await vi.waitFor(() => expect(met[0]?.heard).toHaveLength(20));
    expect(met[0]?.heard).not.toContain('<lost>');
    const pushy = tcp(world.port, upgradeRequest());
    await once(pushy.socket, 'data');
    pushy.socket.write(pings(11));
    await pushy.answer;
    expect(met[1]?.heard).toContain('<lost>');
  });

  test('frame.fragments: one more is 1008', async () => {
    const { world } = await startEdge({ 'frame.fragments': 10 });
    const client = await dial(world.port);
    for (let i = 0; i < 11; i += 1) client.send('', { fin: false });
    expect((await closeOf(client))[0]).toBe(1008);
  });

  test.each([
    ['text that is not UTF-8', clientFrame(0x81, Buffer.from([0x7b, 0xff, 0x7d])), 1007],
    ['a surrogate written as UTF-8', clientFrame(0x81, Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ['a frame that is not masked', Buffer.from([0x81, 0x01, 0x78]), 1002],
    ['compression that was not agreed on', clientFrame(0xc1, Buffer.from('x')), 1002],
  ])('%s is closed by its code', async (_what, bytes, code) => {
    const { met, world } = await startEdge();
    const { socket } = tcp(world.port, upgradeRequest());
    await once(socket, 'data');
    socket.write(bytes);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect([answer[0], answer.readUInt16BE(2)]).toEqual([0x88, code]);
    await vi.waitFor(() => expect(met[0]?.heard).toEqual(['<lost>']));
  });

  test('closing says code and reason; what was sent before comes first', async () => {
    const { met, world } = await startEdge();
    const client = await dial(world.port);
    const got: string[] = [];
    client.on('message', (data: Buffer) => got.push(data.toString()));
    met[0]?.socket.send('last words');
    met[0]?.socket.close(4103, 'é'.repeat(100));
    met[0]?.socket.send('too late');
    expect(await closeOf(client)).toEqual([4103, 'é'.repeat(41)]);
    expect(got).toEqual(['last words']);
    expect(met[0]?.socket.bufferedBytes()).toBe(0);
  });

  test('close.withinMs: who does not answer the close is cut', async () => {
    const { met, world } = await startEdge({ 'close.withinMs': 100 });
    const { answer } = tcp(world.port, upgradeRequest());
    await vi.waitFor(() => expect(met).toHaveLength(1));
    met[0]?.socket.close(4103, 'replaced');
    await answer;
    await vi.waitFor(() => expect(met[0]?.heard).toEqual(['<lost>']));
  });

  test('a socket that dies amid writes takes nobody with it', async () => {
    const { met, world } = await startEdge();
    const [dying, living] = [await dial(world.port), await dial(world.port)];
    dying.terminate();
    for (let i = 0; i < 50; i += 1) {
      met[0]?.socket.send('x'.repeat(100_000));
      met[0]?.socket.ping();
      await new Promise((resolve) => setImmediate(resolve));
    }
    living.send('well');
    await vi.waitFor(() => expect([met[0]?.heard, met[1]?.heard]).toEqual([['<lost>'], ['well']]));
  });

  test('a connection that cannot be made is closed with 1011', async () => {
    const { world } = await startEdge({}, () => {
      throw new Error('no more');
    });
    expect((await closeOf(await dial(world.port)))[0]).toBe(1011);
  });
});
