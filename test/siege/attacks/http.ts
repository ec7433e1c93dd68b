/** The HTTP listener as strangers find it: what is no HTTP, too large, too much at once, or asks for files. */
import { withLimits } from '#contract/limits';
import { sleep } from '#test/e2e/driver/wait';
import type { Attack, Camp } from '#test/siege/attack';
import { exchange, request } from '#test/siege/tools/requests';
import { requestText, upgradeHeaders } from '#test/siege/tools/wire';

/** No file is ever behind a path, however it is written. */
const paths = [
  ...['/../../../../etc/passwd', '/%2e%2e/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2f..%2f..%2fetc%2fpasswd'],
  ...['/..%5c..%5c..%5cetc%5cpasswd', '/....//....//etc/passwd', '//etc/passwd', '/%2fetc%2fpasswd'],
  ...['/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd', '/%252e%252e%252fetc%252fpasswd', '/ws/../../etc/passwd'],
  ...['http://siege/../../etc/passwd', 'file:///etc/passwd', '/etc/passwd%00.html', '/%00', '/\0', '/.git/config'],
  ...['/conversations/..%2f..%2f..%2fetc%2fpasswd/members', '/messages/../../../etc/passwd', '/.hogmanay/key', '/..;/'],
];

async function traverse(camp: Camp): Promise<void> {
  for (const path of paths) {
    const { status, text } = await request(camp, `GET ${path}`);
    camp.expect('a path that leads out', status, '400', '401', '404');
    if (/root:|\[core\]/.test(text)) camp.wrong(`${path}: a file came back`);
  }
  for (const line of ['GET /metrics', 'POST /admin/drain', 'GET /ops', 'GET /inspect'])
    camp.expect('operations, on the public listener', (await request(camp, line)).status, '404');
}

const hello = Buffer.from('16030100c8010000c40303', 'hex');
const garbage: readonly (string | Buffer)[] = [
  ...['nonsense\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\r\n\r\n\r\n\0\0\0\0', '{"t":"hello"}\r\n'],
  ...['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'EHLO siege\r\n', 'GET  /healthz  HTTP/1.1\r\n\r\n', 'GET /h\xe9 X\r\n\r\n'],
  Buffer.concat([hello, Buffer.alloc(200, 7)]),
  Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 167 + 13) & 0xff)),
];

/** Two readers of such a request could disagree on where it ends. */
const smuggled = [
  { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' },
  { 'Transfer-Encoding': 'chunked, identity' },
  { 'Content-Length': '-1' },
  { 'Content-Length': '5, 6' },
  { 'Content-Length ': '5' },
  { 'X: y\r\n folded\r\nContent-Length': '1e3' },
];

async function noHttp(camp: Camp): Promise<void> {
  for (const bytes of garbage) camp.expect('no HTTP', (await exchange(camp, bytes)).status, '400', 'ended');
  for (const headers of smuggled) {
    const text = requestText('POST /messages HTTP/1.1', { Host: 'siege', ...headers }, 'hello');
    camp.expect('a request of unclear length', (await exchange(camp, text)).status, '400');
  }
}

async function hugeHeaders(camp: Camp): Promise<void> {
  const long = 'x'.repeat(20_000);
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`X-${n}`, 'yyyy']));
  camp.expect('a header of 20 KB', (await request(camp, 'GET /healthz', { 'X-Long': long })).status, '431');
  camp.expect('3,000 headers', (await request(camp, 'GET /healthz', many)).status, '431');
  camp.expect('a path of 20 KB', (await request(camp, `GET /${long}`)).status, '431');
  const upgrade = requestText('GET /ws HTTP/1.1', { ...upgradeHeaders, Cookie: long });
  camp.expect('an upgrade with 20 KB', (await exchange(camp, upgrade)).status, '431');
}

const { 'http.pipelined': pipelined } = withLimits();

async function pipeline(camp: Camp): Promise<void> {
  const line = camp.line();
  const get = 'GET /healthz HTTP/1.1\r\nHost: siege\r\n\r\n';
  line.write(get.repeat(1_000));
  const started = performance.now();
  while (!line.isEnded && performance.now() - started < camp.target.patienceMs) await sleep(5);
  camp.expect('1,000 requests at once', line.isEnded ? 'ended' : 'served on', 'ended');
  const served = line.text.split('HTTP/1.1 200 OK').length - 1;
  if (served > pipelined) camp.wrong(`${served} of a pipeline were served at once`);
  line.cut();
}

/** As many requests as the server takes, and not one answer read: in the end it takes no more. */
async function deafPipeline(camp: Camp): Promise<void> {
  const line = camp.line();
  line.pause();
  const started = performance.now();
  const get = 'GET /protocol.json HTTP/1.1\r\nHost: siege\r\n\r\n'.repeat(100);
  while (line.unsent < 1_000_000 && !line.isEnded && performance.now() - started < camp.target.patienceMs) {
    line.write(get);
    await sleep(1);
  }
  const stands = line.isEnded ? 'ended' : line.unsent > 0 ? 'taken no more' : 'all taken';
  camp.expect('requests whose answers are never read', stands, 'taken no more', 'ended');
  line.cut();
}

/** What is wrong with the upgrade, the request line where it is another one, and the statuses that may answer it. */
const upgrades: readonly (readonly [string, Readonly<Record<string, string>>, string, ...string[]])[] = [
  ['no key', { 'Sec-WebSocket-Key': '' }, 'GET /ws', '400'],
  ['a short key', { 'Sec-WebSocket-Key': 'abc' }, 'GET /ws', '400'],
  ['no version', { 'Sec-WebSocket-Version': '' }, 'GET /ws', '400', '426'],
  ['version 99', { 'Sec-WebSocket-Version': '99' }, 'GET /ws', '400', '426'],
  ['another protocol', { Upgrade: 'h2c' }, 'GET /ws', '404'],
  ['another method', {}, 'POST /ws', '405'],
  ['another path', {}, 'GET /elsewhere', '404'],
  ['a path beside it', {}, 'GET /ws/', '404'],
  ['a subprotocol that is no word', { 'Sec-WebSocket-Protocol': 'a b' }, 'GET /ws', '400'],
  ['an extension that is no word', { 'Sec-WebSocket-Extensions': ';;,' }, 'GET /ws', '400', '101'],
];

async function wrongUpgrades(camp: Camp): Promise<void> {
  for (const [what, changed, line, ...wanted] of upgrades) {
    const text = requestText(`${line} HTTP/1.1`, { ...upgradeHeaders, ...changed });
    camp.expect(`an upgrade with ${what}`, (await exchange(camp, text)).status, ...wanted);
  }
  const compressed = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
  const { status, text } = await exchange(camp, requestText('GET /ws HTTP/1.1', { ...upgradeHeaders, ...compressed }));
  camp.expect('an upgrade that offers compression', status, '101');
  if (/extensions/i.test(text)) camp.wrong('compression was agreed on');
}

export const http: readonly Attack[] = [
  {
    name: 'path traversal',
    answer: '404 or 400, never a file',
    memoryMiB: 64,
    strike: (camp) => camp.again(4, 10, () => traverse(camp)),
  },
  { name: 'no HTTP', answer: '400', memoryMiB: 64, strike: (camp) => camp.again(4, 10, () => noHttp(camp)) },
  { name: 'huge headers', answer: '431', memoryMiB: 64, strike: (camp) => camp.again(4, 10, () => hugeHeaders(camp)) },
  {
    name: '1,000 requests in a pipeline',
    answer: 'http.pipelined answers, 503 and the end',
    memoryMiB: 64,
    strike: (camp) => camp.again(1, 50, () => pipeline(camp)),
  },
  {
    name: 'a pipeline that is not read',
    answer: 'no more requests are taken',
    memoryMiB: 64,
    strike: (camp) => camp.again(4, 50, () => deafPipeline(camp)),
  },
  {
    name: 'wrong upgrades',
    answer: '400, 404, 405',
    memoryMiB: 64,
    strike: (camp) => camp.again(4, 10, () => wrongUpgrades(camp)),
  },
];
