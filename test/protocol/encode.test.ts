// Frames of the server as text, once for all who get them; and the schemas that clients are written from.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientFrame, ServerFrame } from '#contract/frames';
import type { SharedMessage } from '#contract/ports/outlet';
import type { Agreeing } from '#protocol/agree';
import { clientFrames } from '#protocol/client-frames';
import { encode, sharedBytes } from '#protocol/encode';
import { protocolSchema } from '#protocol/json-schema';
import { serverFrames } from '#protocol/server-frames';

const message = {
  t: 'message',
  conv: 'd_1',
  seq: 1,
  mid: '01JFZ0000000000000000000AB',
  from: 'alice',
  id: 'id-00001',
  body: 'a "b" \\ \u0000 \u2028 🎉',
  at: 1_735_689_600_000,
  meta: { b: 1, a: [null] },
} as const satisfies ServerFrame;

describe('encode', () => {
  test('a frame comes back from its text as it was', () => {
    expect(JSON.parse(encode(message))).toEqual(message);
    expect(encode({ t: 'pong' })).toBe('{"t":"pong"}');
  });

  test('an echo that is not well-formed is still valid UTF-8 on the wire', () => {
    const text = encode({ t: 'error', id: '\ud800', code: 'gateway.bad_frame', message: 'm', effect: 'none' });
    expect(Buffer.from(text).toString()).toBe(text);
    expect((JSON.parse(text) as { id: string }).id).toBe('\ud800');
  });

  test('the frames of the hot path are the very text that JSON.stringify gives', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    const frames = fc.record({
      body: text,
      conv: text,
      seq: fc.nat(),
      at: fc.nat(),
      meta: fc.option(fc.dictionary(text, text)),
    });
    const check = ({
      body,
      conv,
      seq,
      at,
      meta,
    }: {
      body: string;
      conv: string;
      seq: number;
      at: number;
      meta: object | null;
    }) => {
      const base = { t: 'message', conv, seq, mid: 'm', from: 'alice', id: 'id-00001', body, at } as const;
      const given = meta === null ? base : { ...base, meta: meta as Record<string, unknown> };
      const changed = { ...given, event: { add: ['bob'], remove: [] } };
      const stored = { t: 'stored', id: 'id-00001', conv, seq, mid: 'm', at } as const;
      for (const frame of [given, changed, stored]) expect(encode(frame)).toBe(JSON.stringify(frame));
    };
    fc.assert(fc.property(frames, check));
  });

  test('a shared message is encoded once', () => {
    const shared: SharedMessage = { frame: message };
    const first = sharedBytes(shared);
    expect(Buffer.from(first).toString()).toBe(encode(message));
    expect(sharedBytes(shared)).toBe(first);
  });
});

const of = { id: 'id-00001', conv: 'd_1' };

const examples: { readonly [T in ServerFrame['t']]: Extract<ServerFrame, { t: T }> } = {
  welcome: {
    t: 'welcome',
    session: 's1',
    user: 'alice',
    device: 'phone',
    node: 'n1',
    heartbeatMs: 30_000,
    ackWindow: 256,
    resumed: false,
    exp: 1_735_689_600_000,
  },
  stored: { t: 'stored', ...of, seq: 1, mid: message.mid, at: message.at },
  message: { ...message, event: { add: ['bob'], remove: [] } },
  queued: { t: 'queued', ...of },
  delivered: { t: 'delivered', conv: 'd_1', user: 'bob', seq: 4 },
  read: { t: 'read', conv: 'd_1', user: 'bob', seq: 3 },
  resumed: { t: 'resumed', conv: 'd_1', since: 1, from: 2, to: 1, recovered: true },
  ready: { t: 'ready' },
  history: { t: 'history', ...of, messages: [], more: false },
  opened: { t: 'opened', conv: 'd_1', kind: 'direct', members: ['alice', 'bob'], since: 1, seq: 0 },
  members: { t: 'members', ...of, members: ['alice'], since: 1, seq: 3 },
  removed: { t: 'removed', conv: 'd_1' },
  inbox: {
    t: 'inbox',
    id: of.id,
    items: [
      {
        ...{ conv: 'd_1', kind: 'direct', members: ['bob'], since: 1, seq: 4, at: 1_735_689_600_000 },
        ...{ preview: 'hello', unread: 1 },
      },
    ],
    next: '1735689600000_d_1',
    source: 'embedded',
  },
  typing: { t: 'typing', conv: 'd_1', user: 'bob' },
  presence: { t: 'presence', user: 'bob', state: 'unknown', lastSeenAt: null },
  server_maintenance: { t: 'server_maintenance', reconnectWithinMs: 20_000 },
  error: { t: 'error', code: 'gateway.overloaded', message: 'm', effect: 'none', retryAfterMs: 1_000 },
  pong: { t: 'pong' },
};

describe('the schemas of server frames', () => {
  test.each(Object.entries(examples))('%s passes its schema, with and without unknown fields', (t, frame) => {
    const schema = serverFrames[t as ServerFrame['t']];
    expect(schema.parse({ ...frame, unknown: 1 })).toEqual(frame);
    expect(schema.safeParse({ ...frame, t: 'other' }).success).toBe(false);
  });

  test('a schema that lacks a field, or has one more, does not compile', () => {
    const { ack, ...others } = clientFrames;
    // @ts-expect-error -- `ack` is missing
    const without: Agreeing<ClientFrame, typeof others> = others;
    const spoilt = { ...clientFrames, ping: ack };
    // @ts-expect-error -- `ping` has the fields of `ack`
    const different: Agreeing<ClientFrame, typeof spoilt> = spoilt;
    expect([without, different]).toHaveLength(2);
  });
});

describe('the protocol as JSON Schema', () => {
  interface Described {
    readonly $defs: Record<string, { required?: string[]; properties?: Record<string, unknown>; anyOf?: unknown[] }>;
  }
  const { $defs } = protocolSchema() as unknown as Described;

  test('describes each frame, and forbids no field', () => {
    const frames = [
      ...Object.keys(clientFrames).map((t) => `client.${t}`),
      ...Object.keys(serverFrames).map((t) => `server.${t}`),
    ];
    expect(Object.keys($defs).sort()).toEqual(['client', 'http.poll', 'http.polled', 'server', ...frames].sort());
    expect(JSON.stringify($defs)).not.toContain('"additionalProperties":false');
    expect($defs['client']?.anyOf).toHaveLength(Object.keys(clientFrames).length);
  });

  test('tells what clients need: required fields, patterns, bounds', () => {
    expect($defs['client.send']?.required).toEqual(['t', 'id', 'conv', 'body']);
    expect($defs['client.hello']?.required).toEqual(['t', 'token', 'device']);
    expect($defs['client.hello']?.properties?.['cursors']).toMatchObject({ type: 'object', maxProperties: 500 });
    expect($defs['client.send']?.properties).toMatchObject({
      t: { const: 'send' },
      id: { pattern: '^[A-Za-z0-9_-]{8,64}$' },
      body: { minLength: 1 },
      meta: { type: 'object' },
    });
    expect($defs['http.poll']?.required).toEqual(['device']);
    expect($defs['http.poll']?.properties).toMatchObject({
      cursors: { type: 'object', maxProperties: 500 },
      waitMs: { type: 'integer', minimum: 0 },
    });
    expect($defs['http.polled']).toMatchObject({
      required: ['messages', 'resumed', 'events'],
      properties: { messages: { items: { required: ['conv', 'seq', 'mid', 'from', 'id', 'body', 'at'] } } },
    });
    expect($defs['client.history']?.properties?.['limit']).toMatchObject({ minimum: 1, maximum: 200, default: 50 });
  });
});
