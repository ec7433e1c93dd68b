// The HTTP routes of the little server: the frames without `t`.
import { randomUUID } from 'node:crypto';
import { errorTable } from '#contract/errors';
import type { ErrorCode } from '#contract/errors';
import type { ClientFrame } from '#contract/frames';
import { createDecoder, createHttpDecoder } from '#protocol/decode';
import { protocolSchema } from '#protocol/json-schema';
import type { Node } from '#test/conformance/fake/node';
import { answerPoll } from '#test/conformance/fake/poll';
import type { HttpAnswer } from '#test/conformance/fake/settings';
import { readToken } from '#test/conformance/fake/tokens';
import type { Claims } from '#test/conformance/fake/tokens';
import { Refusal } from '#test/conformance/fake/world';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly body: string;
}

interface Asked {
  readonly node: Node;
  readonly user: string;
  readonly claims: Claims;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly conv: string;
}

const errorAnswer = (code: ErrorCode, retryAfterMs?: number): HttpAnswer => ({
  status: errorTable[code].http ?? 500,
  body: { code, message: code, effect: 'none', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  ...(retryAfterMs === undefined ? {} : { headers: { 'retry-after': '1' } }),
});

const sizesOf = ({ node: { settings } }: Asked) => ({
  'body.bytes': settings.bodyBytes,
  'meta.bytes': settings.metaBytes,
  'title.bytes': 512,
});

/** The body or the query as the frame it stands for. */
const frameOf = <T extends ClientFrame['t']>(asked: Asked, t: T, fields: object): Extract<ClientFrame, { t: T }> => {
  const decode = createDecoder(sizesOf(asked));
  const decoded = decode(JSON.stringify({ ...fields, t }));
  if ('error' in decoded) throw new Refusal(decoded.error.code);
  return decoded.frame as Extract<ClientFrame, { t: T }>;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const objectOf = (body: unknown): object => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Refusal('gateway.bad_frame');
  return body;
};

const numbersOf = (query: URLSearchParams, ...names: string[]): Record<string, unknown> => {
  const there = names.filter((name) => query.has(name));
  return Object.fromEntries(
    there.map((name) => [name, /^\d+$/.test(query.get(name) ?? '') ? Number(query.get(name)) : 'no']),
  );
};

const readHistory = (asked: Asked): HttpAnswer => {
  const { node, user, query } = asked;
  const { since: sinceAt, ...range } = numbersOf(query, 'after', 'before', 'limit', 'since');
  const conv = query.get('conv') ?? undefined;
  const frame = frameOf(asked, 'history', { id: 'from-http', conv, ...range });
  if (sinceAt !== undefined && typeof sinceAt !== 'number') throw new Refusal('gateway.bad_frame');
  return { status: 200, body: { conv: frame.conv, ...node.world.page(user, frame.conv, { ...frame, sinceAt }) } };
};

const send = (asked: Asked): HttpAnswer => {
  const { id, conv, body, meta } = frameOf(asked, 'send', objectOf(asked.body));
  const draft = { id, conv, body, ...(meta === undefined ? {} : { meta }) };
  const { entry, isNew } = asked.node.send(asked.user, draft);
  const { seq, mid, at } = entry;
  return { status: isNew ? 201 : 200, body: { id, conv, seq, mid, at } };
};

const open = (asked: Asked): HttpAnswer => {
  const { id, members, title } = frameOf(asked, 'open', objectOf(asked.body));
  const { opened, isNew } = asked.node.open(asked.user, id, members, title);
  return { status: isNew ? 201 : 200, body: opened };
};

const change = (asked: Asked): HttpAnswer => {
  const { node, user, conv, body } = asked;
  const { add, remove } = frameOf(asked, 'members', { id: 'from-http', conv, ...objectOf(body) });
  return { status: 200, body: node.change(user, randomUUID(), conv, add, remove) };
};

const inbox = (asked: Asked): HttpAnswer => {
  const { node, user, query } = asked;
  const page = query.get('page');
  const fields = { id: 'from-http', ...numbersOf(query, 'limit'), ...(page === null ? {} : { page }) };
  const frame = frameOf(asked, 'inbox', fields);
  return { status: 200, body: { ...node.world.inbox(user, frame.limit, frame.page?.at), source: 'embedded' } };
};

const poll = (asked: Asked): Promise<HttpAnswer> => {
  const decoder = createHttpDecoder(sizesOf(asked));
  const decoded = decoder.poll(Buffer.from(JSON.stringify(asked.body) ?? ''));
  if ('error' in decoded) throw new Refusal(decoded.error.code);
  return answerPoll(asked.node, asked.claims, decoded.frame);
};

const list = ({ node, user, conv }: Asked): HttpAnswer => ({ status: 200, body: node.membersOf(user, conv) });

type Route = (asked: Asked) => HttpAnswer | Promise<HttpAnswer>;

const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/messages': { GET: readHistory, POST: send },
  '/conversations': { POST: open },
  '/conversations/CONV/members': { GET: list, POST: change },
  '/inbox': { GET: inbox },
  '/poll': { POST: poll },
};

const open200 = (body: HttpAnswer['body']): HttpAnswer => ({ status: 200, body });

const pathOf = (url: URL): { path: string; conv: string } => {
  const [, conv] = /^\/conversations\/([^/]+)\/members$/.exec(url.pathname) ?? [];
  if (conv === undefined) return { path: url.pathname, conv: '' };
  return { path: '/conversations/CONV/members', conv: decodeURIComponent(conv) };
};

const route = (node: Node, { method, url: target, token, body }: HttpRequest): ReturnType<Route> => {
  const url = new URL(target, 'http://little');
  const { path, conv } = pathOf(url);
  if (path === '/healthz' || path === '/readyz' || path === '/protocol.json') {
    if (method !== 'GET') return errorAnswer('gateway.method');
    return open200(path === '/protocol.json' ? protocolSchema() : { status: 'ok' });
  }
  const methods = routes[path];
  if (methods === undefined) return errorAnswer('gateway.not_found');
  const work = methods[method];
  if (work === undefined) return errorAnswer('gateway.method');
  const claims = readToken(token ?? '', node.settings.leewaySeconds, node.fault.tolerates);
  if (claims === undefined) return errorAnswer('gateway.unauthenticated');
  const { httpIn = (same: unknown) => same } = node.fault;
  return work({ node, user: claims.user, claims, query: url.searchParams, body: httpIn(parsed(body)), conv });
};

export const answerHttp = async (node: Node, request: HttpRequest): Promise<HttpAnswer> => {
  const { http = (answer: HttpAnswer) => answer } = node.fault;
  const line = `${request.method} ${request.url}`;
  try {
    return http(await route(node, request), line);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return http(errorAnswer(error.code, error.retryAfterMs), line);
  }
};
