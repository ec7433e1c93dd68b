/**
 * The operations listener, apart from the public one so that it can stay on loopback: metrics for whoever scrapes them,
 * and what changes the server, for administrators alone.
 */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import type { NodeTrace } from '#contract/trace';
import type { Log, Tokens } from '#contract/ports/system';
import { createRoute, json, okay, refusal, text } from '#gateway/edge/answers';
import { authenticate, type Respond } from '#gateway/edge/api';
import { closeHttp, createHttp, listen, metered, pathOf, type Address, type Handler } from '#gateway/edge/http';
import { queryOf } from '#gateway/edge/query';

/** A ULID, or whatever a store of another make has. */
const isMid = /^[\w.~-]{1,64}$/;

export interface Operations {
  listen(): Promise<Address>;
  close(): Promise<void>;
}

export interface OperationsOptions extends Address {
  readonly limits: Limits;
  readonly log: Log;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly ready: () => boolean;
  readonly meter: Meter;
  /** The metrics in words, and their media type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** What is known of the way of a message. */
  readonly trace: (mid: string) => NodeTrace;
  /** Empties the server, and ends it. */
  readonly drain: () => void;
}

export const createOperations = (options: OperationsOptions): Operations => {
  const { limits, ready } = options;
  const notNow = () => refusal('gateway.overloaded', 'not taking connections', limits);
  const probes = createRoute(limits, { '/healthz': okay, '/readyz': () => (ready() ? okay() : notNow()) });

  const metrics = (respond: Respond): void => {
    const failed = (): void => respond(refusal('gateway.internal', 'the metrics could not be gathered', limits));
    options.metrics().then(({ type, text: body }) => respond(text(type, body)), failed);
  };

  /** Whatever changes state, or tells of users, needs a token with the role of an administrator. */
  const asAdmin = (request: IncomingMessage, respond: Respond, work: () => void): void =>
    authenticate(
      options,
      request,
      ({ admin }) => {
        if (admin) work();
        else respond(refusal('gateway.forbidden', 'a token with role admin is needed', limits));
      },
      respond,
    );

  const drain = (request: IncomingMessage, respond: Respond): void =>
    asAdmin(request, respond, () => {
      respond(json(202, { draining: true }, { Connection: 'close' }));
      options.drain();
    });

  const trace = (request: IncomingMessage, respond: Respond): void =>
    asAdmin(request, respond, () => {
      const query = queryOf(request.url ?? '');
      const mid = query?.get('mid') ?? '';
      if (query?.size !== 1 || !isMid.test(mid))
        return respond(refusal('gateway.bad_frame', '?mid= must be the `mid` of a message', limits));
      respond(json(200, options.trace(mid)));
    });

  const only = (method: string) => refusal('gateway.method', `${method} only`, limits, { Allow: method });

  const handle: Handler = (request, respond) => {
    const path = pathOf(request);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (path === '/metrics') return reads ? metrics(respond) : respond(only('GET, HEAD'));
    if (path === '/admin/drain') return request.method === 'POST' ? drain(request, respond) : respond(only('POST'));
    if (path === '/admin/trace') return request.method === 'GET' ? trace(request, respond) : respond(only('GET'));
    respond(probes(request.method ?? 'GET', path));
  };
  const server = createHttp(limits, metered(options.meter, handle));
  return {
    listen: () => listen(server, options, limits['accept.backlog']),
    close: () => closeHttp(server, limits['close.withinMs']),
  };
};
