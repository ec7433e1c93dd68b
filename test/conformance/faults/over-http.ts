// A fault for each check of HTTP and of rates.
import type { Fault } from '#test/conformance/fake/settings';
import { answers, changes, drops, forgets, settingsOf, statuses, tolerates } from '#test/conformance/faults/words';

const allOf = '';

export const httpFaults: Readonly<Record<string, Fault>> = {
  'http.history': answers('GET /messages', ({ body }) => ({ body: { ...body, more: true } })),
  'http.history-bounds': forgets('exact bounds'),
  'http.history-since': {
    http: (answer, line) =>
      line.includes('&since=') ? { ...answer, body: { ...answer.body, messages: [], more: false } } : answer,
  },
  'http.history-forbidden': {
    http: (answer, line) => ({
      ...answer,
      body: { ...answer.body, message: line.includes('-no') ? 'none' : 'not in' },
    }),
  },
  'http.history-bad': {
    http: (answer, line) =>
      line.includes('limit=201') ? { status: 200, body: { messages: [], more: false } } : answer,
  },
  'http.send': statuses('POST /messages', 201, 200),
  'http.send-to-all': forgets('senders over HTTP'),
  'http.send-again': statuses('POST /messages', 200, 201),
  'http.send-same-id': forgets('ids of HTTP'),
  'http.send-forbidden': forgets('members only'),
  'http.send-too-big': settingsOf({ bodyBytes: 20_000 }),
  'http.send-bad': { httpIn: (body) => (typeof body === 'object' ? { id: 'made-by-server', ...body } : body) },
  'http.retry-after': answers(allOf, () => ({ headers: {} })),

  'http.poll': answers('POST /poll', ({ body }) => ({ body: { ...body, resumed: [] } })),
  'http.poll-waits': forgets('long polls'),
  'http.poll-acks': forgets('cursors acknowledge'),
  'http.poll-page': settingsOf({ pageBytes: 1_000_000 }),
  'http.poll-events': answers('POST /poll', ({ body }) => ({ body: { ...body, events: [] } })),
  'http.poll-bad': {
    httpIn: (body) => (typeof body === 'object' ? { device: 'made-by-server', ...body } : body),
  },

  'http.open': statuses('POST /conversations', 201, 200),
  'http.open-direct': forgets('one direct conversation'),
  'http.open-founders': forgets('founders over HTTP'),
  'http.open-bad': settingsOf({ membersMax: 300 }),
  'http.members': answers('GET /conversations', ({ body }) => ({ body: { ...body, since: 0 } })),
  'http.members-told': drops('message', ({ event }) => event !== undefined),
  'http.members-refused': statuses(allOf, 403, 404),
  'http.inbox': answers('GET /inbox', ({ body }) => ({ body: { ...body, items: [] } })),
  'http.unauthenticated': statuses('POST /poll', 401, 403),
  'http.expired': tolerates('expired'),
  'http.not-found': statuses(allOf, 404, 400),
  'http.method': statuses(allOf, 405, 404),
  'http.health': statuses('GET /readyz', 200, 204),
  'http.schema': answers('GET /protocol.json', ({ body }) => ({ body: { ...body, $defs: {} } })),

  'rate.sends': changes('error', () => ({ retryAfterMs: undefined })),
  'rate.frames': changes('error', () => ({ of: undefined })),
};
