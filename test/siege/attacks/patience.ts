/** Those who take a place and then nothing more, or nearly nothing: silence, slowness, half a connection. */
import { sleep } from '#test/e2e/driver/wait';
import type { Attack, Camp } from '#test/siege/attack';
import { requestText, upgradeHeaders } from '#test/siege/tools/wire';
import type { Line } from '#test/siege/tools/line';

const stateOf = (line: Line): string => {
  if (!line.isEnded) return 'open';
  return line.text === '' ? 'ended' : (/^HTTP\/1\.1 (\d+)/.exec(line.text)?.[1] ?? 'no HTTP');
};

/** One byte and again one byte, until it is ended. */
async function drip(camp: Camp, what: string, head: string, drop: string, ...wanted: string[]): Promise<void> {
  const line = camp.line();
  line.write(head);
  const started = performance.now();
  while (!line.isEnded && performance.now() - started < camp.target.patienceMs) {
    line.write(drop);
    await sleep(100);
  }
  camp.expect(what, stateOf(line), ...wanted);
  line.cut();
}

async function ended(camp: Camp, lines: readonly Line[], what: string, ...wanted: string[]): Promise<void> {
  await Promise.race([Promise.all(lines.map((line) => line.ended)), sleep(camp.target.patienceMs)]);
  for (const line of lines) camp.expect(what, stateOf(line), ...wanted);
}

/** Five hundred: of each kind a third. */
async function silentCrowd(camp: Camp): Promise<void> {
  const third = Array.from({ length: 167 });
  const mute = third.map(() => camp.line());
  const half = third.map(() => camp.line());
  for (const line of half) line.write('GET /healthz HTTP/1.1\r\nHost: siege\r\nX-Half:');
  const upgraded = await Promise.all(third.map(() => camp.wire()));
  await Promise.all([
    ended(camp, mute, 'TCP and not a byte', 'ended', '408'),
    ended(camp, half, 'half a request', '408'),
    ...upgraded.map((wire) => camp.ends(wire, 'a WebSocket and no hello', '4101')),
  ]);
}

async function slowHeaders(camp: Camp): Promise<void> {
  const head = 'GET /healthz HTTP/1.1\r\nHost: siege\r\nX-Slow: ';
  const slowUpgrade = requestText('GET /ws HTTP/1.1', upgradeHeaders).slice(0, -2);
  await Promise.all([
    drip(camp, 'a header, byte by byte', head, 'x', '408'),
    drip(camp, 'headers, one by one', 'GET /healthz HTTP/1.1\r\n', 'X: y\r\n', '408'),
    drip(camp, 'an upgrade, byte by byte', `${slowUpgrade}X-Slow: `, 'x', '408'),
  ]);
}

async function slowBody(camp: Camp): Promise<void> {
  const post = (headers: Readonly<Record<string, string>>): string =>
    requestText('POST /messages HTTP/1.1', { Host: 'siege', ...headers });
  const known = { Authorization: `Bearer ${camp.token()}` };
  await Promise.all([
    drip(camp, 'a body, byte by byte', post({ ...known, 'Content-Length': '1000' }), 'x', '408'),
    drip(camp, 'a body in chunks', post({ ...known, 'Transfer-Encoding': 'chunked' }), '1\r\nx\r\n', '408'),
    drip(camp, 'a body of nobody', post({ 'Content-Length': '1000' }), 'x', '401'),
    drip(camp, 'a body for no route', post({ 'Content-Length': '1000' }).replace('/messages', '/x'), 'x', '404'),
  ]);
}

/** The network is gone, but nobody says so: no pong comes back. */
async function halfOpen(camp: Camp): Promise<void> {
  const wires = await Promise.all(Array.from({ length: 10 }, () => camp.guest()));
  for (const wire of wires) wire.isMute = true;
  await Promise.all(wires.map((wire) => camp.ends(wire, 'no pong', '4003')));
}

/** A client that does not answer the server's close frame is not waited for longer than `close.withinMs`. */
async function doesNotGo(camp: Camp): Promise<void> {
  const wires = await Promise.all(Array.from({ length: 10 }, () => camp.guest()));
  for (const wire of wires) wire.raw('x', { opcode: 2 });
  await Promise.all(
    wires.map(async (wire) => {
      camp.expect('a binary frame', await wire.end(camp.target.patienceMs), '1003');
      await Promise.race([wire.line.ended, sleep(camp.target.patienceMs)]);
      camp.expect('closed, and does not go', wire.line.isEnded ? 'ended' : 'open', 'ended');
    }),
  );
}

export const patience: readonly Attack[] = [
  {
    name: '500 silent sockets',
    answer: 'ended or 408 by http.headersMs, 4101 by hello.withinMs',
    memoryMiB: 64,
    strike: (camp) => camp.again(1, 10, () => silentCrowd(camp)),
  },
  { name: 'slow headers', answer: '408', memoryMiB: 64, strike: (camp) => camp.again(10, 10, () => slowHeaders(camp)) },
  {
    name: 'slow bodies',
    answer: '408; 401 or 404 at once where that is all there is to say',
    memoryMiB: 64,
    strike: (camp) => camp.again(10, 10, () => slowBody(camp)),
  },
  {
    name: 'half-open sockets',
    answer: '4003',
    memoryMiB: 64,
    strike: (camp) => camp.again(2, 10, () => halfOpen(camp)),
  },
  {
    name: 'does not go when closed',
    answer: 'ended by close.withinMs',
    memoryMiB: 64,
    strike: (camp) => camp.again(2, 10, () => doesNotGo(camp)),
  },
];
