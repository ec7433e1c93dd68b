/** The frames that have a twin over HTTP (docs/protocol.md section 6), there and back. */
import type { ErrorFrame, SendFrame, ServerFrame } from '#contract/frames';
import type { Request } from '#client/requests';
import type { HttpAnswer, HttpRequest } from '#client/ports';

type Asked = Pick<HttpRequest, 'method' | 'path' | 'body'>;

const get = (path: string, query: Readonly<Record<string, string | number | undefined>>): Asked => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return { method: 'GET', path: `${path}?${pairs.join('&')}` };
};

const post = (path: string, body: unknown): Asked => ({ method: 'POST', path, body });

export const asHttp = (frame: SendFrame | Request): Asked => {
  switch (frame.t) {
    case 'send':
      return post('/messages', { ...frame, t: undefined });
    case 'open':
      return post('/conversations', { ...frame, t: undefined });
    case 'members': {
      const path = `/conversations/${encodeURIComponent(frame.conv)}/members`;
      const isQuestion = frame.add.length + frame.remove.length === 0;
      return isQuestion ? { method: 'GET', path } : post(path, { add: frame.add, remove: frame.remove });
    }
    case 'history':
      return get('/messages', { conv: frame.conv, after: frame.after, before: frame.before, limit: frame.limit });
    case 'inbox':
      return get('/inbox', { limit: frame.limit, page: frame.page });
  }
};

const answers = { send: 'stored', open: 'opened', members: 'members', history: 'history', inbox: 'inbox' } as const;

/** The same as a frame of the socket would have said. */
export const fromHttp = (asked: SendFrame | Request, { status, body, retryAfterMs }: HttpAnswer): ServerFrame => {
  const said = typeof body === 'object' && body !== null ? body : {};
  if (status >= 200 && status < 300) {
    const t = status === 202 ? 'queued' : answers[asked.t];
    return { ...said, t, id: asked.id } as ServerFrame;
  }
  const after = retryAfterMs ?? (status === 0 || status >= 500 ? 1_000 : undefined);
  const refusal = { code: 'gateway.internal', message: `HTTP ${status}`, effect: 'unknown', ...said } as ErrorFrame;
  return { ...refusal, t: 'error', id: asked.id, ...(after === undefined ? {} : { retryAfterMs: after }) };
};
