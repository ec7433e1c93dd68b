/**
 * The HTTP API: who asks is found out first, then what; the actors answer. A body is read up to `frame.bytes` and no
 * further. Everything that goes wrong is the error object of docs/protocol.md.
 */
import type { IncomingMessage } from 'node:http';
import type { ApiAnswer, ApiCall, PollAnswer, PollCall } from '#contract/api';
import type { Outcome } from '#contract/effects';
import type { ErrorFrame } from '#contract/frames';
import type { Limits } from '#contract/limits';
import type { Claims, Log, Tokens } from '#contract/ports/system';
import { errorAnswer, json, refusal, type Answer } from '#gateway/edge/answers';
import { apiRoutes, type ApiRoute } from '#gateway/edge/api-routes';
import { addressOf, pathOf } from '#gateway/edge/http';
import { decoded, queryOf } from '#gateway/edge/query';

export interface ApiOptions {
  readonly limits: Limits;
  readonly log: Log;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly request: (call: ApiCall, done: (answer: ApiAnswer) => void) => void;
  /** Answers once, unless what it returns is called before. */
  readonly poll: (call: PollCall, done: (answer: PollAnswer) => void) => () => void;
}

export type Respond = (answer: Answer) => void;

/** Answers false when the path is none of its own. */
export type Api = (request: IncomingMessage, respond: Respond) => boolean;

const bearer = /^Bearer +([^\s]+)$/i;

const tokenOf = ({ headers }: IncomingMessage): string | undefined => bearer.exec(headers.authorization ?? '')?.[1];

/** A fault of ours ends one request, and neither the process nor anybody else's. */
const guarded = ({ limits, log }: Pick<ApiOptions, 'limits' | 'log'>, respond: Respond, work: () => void): void => {
  try {
    work();
  } catch (error) {
    log.error('a request failed', { error: String(error) });
    respond(refusal('gateway.internal', 'a fault of ours', limits));
  }
};

/** Whose request it is; fails with `gateway.unauthenticated`. */
export const authenticate = (
  options: Pick<ApiOptions, 'tokens' | 'now' | 'limits' | 'log'>,
  request: IncomingMessage,
  known: (claims: Claims) => void,
  respond: Respond,
): void => {
  const { tokens, now, limits } = options;
  const headers = { 'WWW-Authenticate': 'Bearer' };
  const token = tokenOf(request);
  if (token === undefined)
    return respond(refusal('gateway.unauthenticated', 'Authorization: Bearer TOKEN is needed', limits, headers));
  tokens.verify(
    token,
    now(),
  )((outcome: Outcome<Claims>) => {
    if (outcome.ok) guarded(options, respond, () => known(outcome.value));
    else respond(refusal('gateway.unauthenticated', outcome.fault.message, limits, headers));
  });
};

interface Matched {
  readonly routes: readonly ApiRoute[];
  /** Segment of the path that names a conversation; undefined when its escapes are malformed. */
  readonly conv: string | undefined;
}

/** All methods of the path; undefined when there are none. */
const match = (routes: readonly ApiRoute[], path: string): Matched | undefined => {
  const segments = path.split('/');
  const found = routes.filter((route) => {
    const pattern = route.path.split('/');
    return pattern.length === segments.length && pattern.every((part, at) => part === ':conv' || part === segments[at]);
  });
  const [first] = found;
  if (first === undefined) return undefined;
  return { routes: found, conv: decoded(segments[first.path.split('/').indexOf(':conv')] ?? '') };
};

/** The whole body, or undefined when it is longer than that. */
const readBody = (request: IncomingMessage, bytesMax: number, done: (body: Uint8Array | undefined) => void): void => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes <= bytesMax) chunks.push(chunk);
    else if (bytes - chunk.byteLength <= bytesMax) done(undefined);
  });
  request.on('end', () => bytes <= bytesMax && done(Buffer.concat(chunks)));
};

/** The frame without `t`, and without an id where none was given. */
const bodyOf = ({ frame }: ApiAnswer): object => {
  const { t: _, ...rest } = frame;
  if (rest.id !== '') return rest;
  const { id: __, ...nameless } = rest;
  return nameless;
};

const statusOf = ({ frame, isNew }: ApiAnswer): number => {
  if (frame.t === 'queued') return 202;
  return isNew ? 201 : 200;
};

const polledAnswer = (answer: PollAnswer, limits: Limits): Answer => {
  if (answer.t === 'error') return errorAnswer(answer, limits);
  const { messages, resumed, events } = answer;
  return json(200, { messages: messages.map(withoutType), resumed: resumed.map(withoutType), events });
};

const withoutType = <T extends { readonly t: string }>({ t: _, ...rest }: T): Omit<T, 't'> => rest;

export const createApi = (options: ApiOptions): Api => {
  const { limits } = options;
  const routes = apiRoutes(limits);
  const badFrame = (message: string) => refusal('gateway.bad_frame', message, limits);

  const answered = (answer: ApiAnswer): Answer =>
    answer.frame.t === 'error' ? errorAnswer(answer.frame, limits) : json(statusOf(answer), bodyOf(answer));

  const refused = (error: ErrorFrame): Answer => errorAnswer(error, limits);

  /** Nobody waits for the answer of a connection that has gone. */
  const poll = (call: PollCall, { socket }: IncomingMessage, respond: Respond): void => {
    let cancel = (): void => undefined;
    const gone = (): void => cancel();
    socket.once('close', gone);
    cancel = options.poll(call, (answer) => {
      socket.off('close', gone);
      respond(polledAnswer(answer, limits));
    });
  };

  const judge = (
    route: ApiRoute,
    conv: Matched['conv'],
    request: IncomingMessage,
    { user }: Claims,
    respond: Respond,
  ): void => {
    if (conv === undefined) return respond(badFrame('the path is malformed'));
    const take = (body: Uint8Array | undefined): void => {
      if (body === undefined) return respond(refusal('gateway.body_too_big', 'the body is too long', limits));
      const query = queryOf(request.url ?? '');
      if (query === undefined) return respond(badFrame('the query is malformed, or names a field twice'));
      const judged = route.decode({ conv, query, body });
      if ('error' in judged) return respond(refused(judged.error));
      const { frame } = judged;
      const call = { user, ip: addressOf(request) };
      if (frame.t === 'poll') poll({ ...call, frame, token: tokenOf(request) ?? '' }, request, respond);
      else options.request({ ...call, frame }, (answer) => respond(answered(answer)));
    };
    readBody(request, limits['frame.bytes'], (body) => guarded(options, respond, () => take(body)));
  };

  return (request, respond) => {
    const matched = match(routes, pathOf(request));
    if (matched === undefined) return false;
    const { conv } = matched;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = matched.routes.find((one) => one.method === method);
    if (route === undefined) {
      const methods = matched.routes.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method]));
      respond(refusal('gateway.method', `${methods.join(', ')} only`, limits, { Allow: methods.join(', ') }));
    } else authenticate(options, request, (claims) => judge(route, conv, request, claims, respond), respond);
    return true;
  };
};
