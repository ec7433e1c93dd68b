/** The HTTP API under attack. The list at the end is the place for attacks on routes: what it names, the siege does. */
import type { Attack, Camp } from '#test/siege/attack';
import { request } from '#test/siege/tools/requests';
import type { Reply } from '#test/siege/tools/requests';
import { forgeries } from '#test/siege/tools/tokens';

const code = ({ text }: Reply): string => /"code":"([a-z_.]+)"/.exec(text)?.[1] ?? 'no code';

async function forged(camp: Camp): Promise<void> {
  for (const [what, token] of Object.entries(forgeries(camp.recruit(), camp.target.secret))) {
    // A token of sixty thousand bytes does not fit the headers at all.
    const wanted = token.length > 16_000 ? ['431'] : ['401'];
    const { status } = await request(camp, 'GET /inbox', { Authorization: `Bearer ${token}` });
    camp.expect(`a token: ${what}`, status, ...wanted);
  }
  camp.expect('no token', (await request(camp, 'GET /inbox')).status, '401');
}

/** Method, path, body: what is asked of a conversation. */
const questions = (conv: string): readonly (readonly [string, string])[] => [
  [`GET /messages?conv=${conv}`, ''],
  [`GET /messages?conv=${conv}&after=0&limit=200`, ''],
  [`GET /messages?conv=${conv}&since=0`, ''],
  ['POST /messages', JSON.stringify({ id: 'foreign-send', conv, body: 'let me in' })],
  [`GET /conversations/${conv}/members`, ''],
  [`POST /conversations/${conv}/members`, JSON.stringify({ add: ['user0'] })],
];

async function foreign(camp: Camp): Promise<void> {
  const headers = { Authorization: `Bearer ${camp.token()}` };
  const [conv = ''] = camp.target.foreign;
  const others = questions(conv);
  const nobodys = questions(`${conv.slice(0, 2)}${'0'.repeat(conv.length - 2)}`);
  for (const [index, [line, body]] of others.entries()) {
    const theirs = await request(camp, line, headers, body);
    const [otherLine = '', otherBody = ''] = nobodys[index] ?? [];
    const nobody = await request(camp, otherLine, headers, otherBody);
    camp.expect('a conversation of others', `${theirs.status} ${code(theirs)}`, '403 conversation.forbidden');
    camp.expect('one that there is not', `${nobody.status} ${code(nobody)}`, '403 conversation.forbidden');
  }
}

const badRequests: readonly (readonly [string, string, string])[] = [
  ['POST /messages', '{', '400'],
  ['POST /messages', '[]', '400'],
  ['POST /messages', '{"id":"send-0001","conv":"c","body":"\\ud800"}', '400'],
  ['POST /messages', '{"id":"__proto__","conv":"__proto__","body":"x"}', '403'],
  ['POST /messages', '{"id":"hasOwnProperty","conv":"constructor","body":"x"}', '403'],
  ['POST /messages', `{"id":"send-0001","conv":"c","body":"${'x'.repeat(20_000)}"}`, '413'],
  ['POST /messages', 'x'.repeat(200_000), '413'],
  ['POST /conversations', '{"id":"open-0001","members":["__proto__"]}', '400'],
  ['GET /messages?conv=%ff', '', '400'],
  ['GET /messages?conv=c&conv=d', '', '400'],
  ['GET /messages?conv=c&after=1&before=2', '', '400'],
  ['GET /messages?conv=c&limit=1e9', '', '400'],
  ['GET /messages?__proto__=1', '', '400'],
  ['GET /inbox?page=..%2f..', '', '400'],
  ['GET /conversations/%E0%A4%A/members', '', '400'],
  ['DELETE /messages', '', '405'],
];

async function bad(camp: Camp): Promise<void> {
  const headers = { Authorization: `Bearer ${camp.token()}` };
  for (const [line, body, status] of badRequests)
    camp.expect(`${line} ${body.slice(0, 40)}`, (await request(camp, line, headers, body)).status, status);
}

/** Each poll is a session that is set up and taken down: as fast as they are answered, by many devices. */
async function polls(camp: Camp, headers: Record<string, string>, device: string): Promise<void> {
  const reply = await request(camp, 'POST /poll', headers, JSON.stringify({ device, cursors: {}, waitMs: 0 }));
  const what = reply.text.includes('"messages":[') ? 'messages' : code(reply);
  const answers = ['200 messages', '429 gateway.rate_limited', '503 gateway.overloaded'];
  camp.expect('a poll', `${reply.status} ${what}`, ...answers);
}

async function pollStorm(camp: Camp): Promise<void> {
  const headers = { Authorization: `Bearer ${camp.token()}` };
  let count = 0;
  await camp.again(16, 1, () => polls(camp, headers, `device-${(count += 1) % 30}`));
}

export const httpApi: readonly Attack[] = [
  {
    name: 'forged tokens over HTTP',
    answer: '401',
    memoryMiB: 64,
    strike: (camp) => camp.again(2, 10, () => forged(camp)),
  },
  {
    name: 'conversations of others over HTTP',
    answer: '403, as if they did not exist',
    memoryMiB: 64,
    strike: (camp) => camp.again(4, 10, () => foreign(camp)),
  },
  {
    name: 'bad requests',
    answer: '400, 403, 405, 413',
    memoryMiB: 64,
    strike: (camp) => camp.again(4, 10, () => bad(camp)),
  },
  {
    name: 'polls without pause',
    answer: '200, 429, 503',
    memoryMiB: 64,
    strike: pollStorm,
  },
];
