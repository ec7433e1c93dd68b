/**
 * The routes of the HTTP API (docs/protocol.md section 6) as data: which method and path becomes which frame. Bodies
 * and queries are judged by the schemas of the frames themselves.
 */
import type { ApiFrame, PollFrame } from '#contract/api';
import type { ErrorFrame } from '#contract/frames';
import type { Limits } from '#contract/limits';
import { createHttpDecoder, type Decoded } from '#protocol/decode';
import { numberOr } from '#gateway/edge/query';

/** What a route is made of: the conversation that the path names, the query, the body. */
export interface ApiRequest {
  readonly conv: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export type ApiDecoded = { readonly frame: ApiFrame | PollFrame } | { readonly error: ErrorFrame };

export interface ApiRoute {
  readonly method: 'GET' | 'POST';
  /** `:conv` stands for one segment of the path. */
  readonly path: string;
  readonly decode: (request: ApiRequest) => ApiDecoded;
}

/** Frames need an id where requests need none: it is taken out again. */
const nameless = 'no-id-was-given';

const asApi = (decoded: Decoded): ApiDecoded => {
  if ('frame' in decoded) {
    const frame = decoded.frame as ApiFrame;
    return { frame: frame.id === nameless ? { ...frame, id: '' } : frame };
  }
  const { id, ...error } = decoded.error;
  return { error: id === undefined || id === nameless ? error : { ...error, id } };
};

const numbers = (query: ReadonlyMap<string, string>, ...names: string[]): Record<string, unknown> => {
  const fields: Record<string, unknown> = {};
  for (const name of names) {
    const value = query.get(name);
    if (value !== undefined) fields[name] = numberOr(value);
  }
  return fields;
};

const badFrame = (message: string, of: string): ApiDecoded => ({
  error: { t: 'error', of, code: 'gateway.bad_frame', message, effect: 'none' },
});

export const apiRoutes = (limits: Limits): readonly ApiRoute[] => {
  const decoder = createHttpDecoder(limits);
  const history = ({ query }: ApiRequest): ApiDecoded => {
    const { since, ...bounds } = numbers(query, 'after', 'before', 'since', 'limit');
    const page = decoder.fields('history', { id: nameless, ...bounds, conv: query.get('conv') });
    const decoded = asApi(page);
    if ('error' in decoded || since === undefined) return decoded;
    if (bounds['after'] !== undefined || bounds['before'] !== undefined)
      return badFrame('history: since excludes after and before', 'history');
    if (typeof since !== 'number') return badFrame('history: since: must be Unix milliseconds', 'history');
    return { frame: { ...decoded.frame, since } as ApiFrame };
  };
  const inbox = ({ query }: ApiRequest): ApiDecoded => {
    const page = query.has('page') ? { page: query.get('page') } : {};
    return asApi(decoder.fields('inbox', { id: nameless, ...numbers(query, 'limit'), ...page }));
  };
  const change = ({ conv, body }: ApiRequest): ApiDecoded =>
    asApi(decoder.body('members', body, { conv }, { id: nameless }));
  return [
    { method: 'GET', path: '/messages', decode: history },
    { method: 'POST', path: '/messages', decode: ({ body }) => asApi(decoder.body('send', body)) },
    { method: 'POST', path: '/conversations', decode: ({ body }) => asApi(decoder.body('open', body)) },
    {
      method: 'GET',
      path: '/conversations/:conv/members',
      decode: ({ conv }) => asApi(decoder.fields('members', { id: nameless, conv })),
    },
    { method: 'POST', path: '/conversations/:conv/members', decode: change },
    { method: 'GET', path: '/inbox', decode: inbox },
    { method: 'POST', path: '/poll', decode: ({ body }) => decoder.poll(body) },
  ];
};
