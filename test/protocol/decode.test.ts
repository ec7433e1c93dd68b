// Every field of every client frame, right and wrong; and bytes that are no frame at all.
import { describe, expect, test } from 'vitest';
import { withLimits } from '#contract/limits';
import { createDecoder } from '#protocol/decode';
import { decode, decodeJson, send, verdict, verdictOf } from '#test/protocol/kit';

const bad = 'gateway.bad_frame';

describe('decode: frames as they should be', () => {
  test.each([
    [send],
    [{ ...send, meta: { a: [1, { b: null }] } }],
    [{ t: 'ack', conv: 'd_1', seq: 0 }],
    [{ t: 'history', id: 'id-00001', conv: 'd_1', after: 0, limit: 200 }],
    [{ t: 'history', id: 'id-00001', conv: 'd_1', before: 7, limit: 1 }],
    [{ t: 'open', id: 'id-00001', members: ['bob', 'bob', '0.x_Y-'], title: 'Année' }],
    [{ t: 'members', id: 'id-00001', conv: 'd_1', add: ['bob'], remove: ['eve'] }],
    [{ t: 'ping' }],
  ])('%j is taken as it is', (frame) => {
    expect(decodeJson(frame)).toEqual({ frame });
  });

  test('what may be left out has its default', () => {
    expect(decodeJson({ t: 'history', id: 'id-00001', conv: 'd_1' })).toEqual({
      frame: { t: 'history', id: 'id-00001', conv: 'd_1', limit: 50 },
    });
    expect(decodeJson({ t: 'members', id: 'id-00001', conv: 'd_1' })).toEqual({
      frame: { t: 'members', id: 'id-00001', conv: 'd_1', add: [], remove: [] },
    });
    expect(decodeJson({ t: 'hello', token: 'x', device: 'phone' })).toEqual({
      frame: { t: 'hello', token: 'x', device: 'phone', cursors: new Map() },
    });
  });

  test('unknown fields are ignored, however deep they go', () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    expect(decode(`{"t":"ping","x":1,"__proto__":{"t":"send"},"deep":${deep}}`)).toEqual({ frame: { t: 'ping' } });
    expect(decodeJson({ ...send, to: 'bob' })).toEqual({ frame: send });
    expect(decodeJson({ t: 'ack', conv: 'c', seq: 1, id: 7 })).toEqual({ frame: { t: 'ack', conv: 'c', seq: 1 } });
  });

  test('of a name that comes twice the last one counts', () => {
    expect(decode('{"t":"ping","t":"ack","conv":"c","seq":1,"seq":2}')).toEqual({
      frame: { t: 'ack', conv: 'c', seq: 2 },
    });
  });

  test('bytes and text are the same frame', () => {
    const frame = { ...send, body: 'prosit ✨ \u0000 Neujahr 🎉' };
    expect(decode(Buffer.from(JSON.stringify(frame)))).toEqual({ frame });
    expect(decode(JSON.stringify(frame))).toEqual({ frame });
  });
});

describe('decode: bytes that are no frame', () => {
  test.each(['', ' ', 'hello', '{', '{"t":"ping"', '{"t":"ping"}x', '[]', '[{"t":"ping"}]', 'null', '1', '"ping"'])(
    '%j is a bad frame',
    (text) => expect(verdict(text)).toBe(bad),
  );

  test('so are a byte order mark, nesting without end, and a type that is no string', () => {
    expect(verdict(Buffer.from('\ufeff{"t":"ping"}'))).toBe(bad);
    expect(verdict('['.repeat(65_000))).toBe(bad);
    expect(verdict(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).toBe(bad);
    for (const t of [1, null, ['ping'], { toString: 'ping' }]) expect(verdictOf({ t })).toBe(bad);
    expect(verdictOf({})).toBe(bad);
    expect(verdict('{"__proto__":{"t":"ping"}}')).toBe(bad);
  });

  test('a type that the server does not know is another error, also when JavaScript knows it', () => {
    for (const t of ['', 'Ping', 'welcome', 'constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(verdictOf({ t })).toBe('gateway.unknown_type');
    }
  });
});

describe('decode: fields that are wrong', () => {
  test.each([
    ['id', ['', 'short-7', 'x'.repeat(65), 'with space', 'ümlaut-00', 'id-00001\n', 12345678, null]],
    ['conv', ['', 'x'.repeat(65), '\ud800', 7, null, {}]],
    ['body', ['', 7, null, '\ud800', 'a\udc00b', 'end\ud83d']],
    ['meta', [null, 7, 'x', [], [1]]],
  ])('send with a wrong %s', (field, values) => {
    for (const value of values) expect([value, verdictOf({ ...send, [field]: value })]).toEqual([value, bad]);
  });

  test.each(['id', 'conv', 'body'] as const)('send without %s', (field) => {
    const { [field]: _left, ...rest } = send;
    expect(verdictOf(rest)).toBe(bad);
  });

  test('numbers are whole, not negative, and exact', () => {
    for (const seq of [-1, 1.5, 9_007_199_254_740_992, '1', null, true, [1]]) {
      expect([seq, verdictOf({ t: 'ack', conv: 'c', seq })]).toEqual([seq, bad]);
    }
    expect(verdict('{"t":"ack","conv":"c","seq":1e999}')).toBe(bad);
    expect(verdict('{"t":"ack","conv":"c","seq":9007199254740991}')).toBe('ok');
    expect(verdict('{"t":"ack","conv":"c","seq":1.0}')).toBe('ok');
  });

  test('history takes one bound or none, and 1 to 200 messages', () => {
    const history = { t: 'history', id: 'id-00001', conv: 'c' };
    expect(verdictOf({ ...history, after: 1, before: 2 })).toBe(bad);
    for (const limit of [0, 201, -1, 1.5, '50', null]) expect(verdictOf({ ...history, limit })).toBe(bad);
    for (const after of [-1, '1', null]) expect(verdictOf({ ...history, after })).toBe(bad);
  });

  test('lists name users', () => {
    for (const members of [undefined, 'bob', ['bob', ''], ['-bob'], [7], ['x'.repeat(65)], { 0: 'bob' }]) {
      expect(verdictOf({ t: 'open', id: 'id-00001', members })).toBe(bad);
    }
    for (const add of [null, 'bob', [null], ['b b']]) {
      expect(verdictOf({ t: 'members', id: 'id-00001', conv: 'c', add })).toBe(bad);
      expect(verdictOf({ t: 'members', id: 'id-00001', conv: 'c', remove: add })).toBe(bad);
    }
  });

  test('a title is well-formed and at most title.bytes long', () => {
    const open = { t: 'open', id: 'id-00001', members: ['bob'] };
    for (const title of [null, 7, '\ud800', 'x'.repeat(513), 'é'.repeat(257)]) {
      expect(verdictOf({ ...open, title })).toBe(bad);
    }
    for (const title of ['', 'x'.repeat(512), 'é'.repeat(256)]) expect(verdictOf({ ...open, title })).toBe('ok');
  });

  test('hello names token and device', () => {
    const hello = { t: 'hello', token: 'x', device: 'phone' };
    expect(verdictOf(hello)).toBe('ok');
    for (const spoilt of [{ token: 7 }, { device: '' }, { device: '.x' }, { token: undefined }, { cursors: null }]) {
      expect(verdictOf({ ...hello, ...spoilt })).toBe(bad);
    }
  });

  test('the error says where the fault lies, and never repeats a token', () => {
    const decoded = decodeJson({ t: 'hello', token: ['secret'], device: 'phone' });
    expect(decoded).toMatchObject({ error: { message: expect.stringContaining('token') as string } });
    expect(JSON.stringify(decoded)).not.toContain('secret');
  });
});

describe('decode: cursors', () => {
  const hello = (cursors: string) => decode(`{"t":"hello","token":"x","device":"d","cursors":${cursors}}`);
  const taken = (cursors: string) => {
    const decoded = hello(cursors);
    return 'frame' in decoded && decoded.frame.t === 'hello' ? [...decoded.frame.cursors] : decoded;
  };

  test('names that mean something in JavaScript are names like others', () => {
    expect(taken('{"__proto__":3,"constructor":4,"toString":5,"7":6,"conv":0}')).toEqual([
      ['7', 6],
      ['__proto__', 3],
      ['constructor', 4],
      ['toString', 5],
      ['conv', 0],
    ]);
  });

  test('at most 500', () => {
    const named = (many: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: many }, (_, i) => [`c${i}`, i])));
    expect(taken(named(500))).toHaveLength(500);
    expect(hello(named(501))).toMatchObject({ error: { code: bad, of: 'hello' } });
  });

  test.each([
    '[]',
    '"x"',
    '7',
    '{"c":-1}',
    '{"c":"1"}',
    '{"c":1.5}',
    '{"c":null}',
    '{"":1}',
    `{"${'x'.repeat(65)}":1}`,
  ])('%s is a bad frame', (cursors) => expect(hello(cursors)).toMatchObject({ error: { code: bad } }));
});

describe('decode: sizes, in UTF-8', () => {
  test('body.bytes: a body one byte over is too big, whatever its characters', () => {
    for (const [char, most] of [
      ['x', 16_384],
      ['é', 8_192],
      ['€', 5_461],
      ['🎉', 4_096],
    ] as const) {
      expect(verdictOf({ ...send, body: char.repeat(most) })).toBe('ok');
      expect(verdictOf({ ...send, body: char.repeat(most + 1) })).toBe('gateway.body_too_big');
    }
  });

  test('a body is measured after parsing', () => {
    expect(verdict(JSON.stringify(send).replace('hello', '\\u0041'.repeat(9_000)))).toBe('ok');
  });

  test('limits are those of the operator', () => {
    const strict = createDecoder(withLimits({ 'body.bytes': 4 }));
    expect(strict(JSON.stringify(send))).toMatchObject({ error: { code: 'gateway.body_too_big', id: 'id-00001' } });
  });

  test('meta.bytes: meta is measured as sent, spaces and escapes included', () => {
    const withMeta = (meta: string) => verdict(`{"t":"send","id":"id-00001","conv":"c","body":"}","meta":${meta}}`);
    const padded = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(withMeta(padded(1_024))).toBe('ok');
    expect(withMeta(padded(1_025))).toBe(bad);
    expect(withMeta(`{${' '.repeat(1_022)}}`)).toBe('ok');
    expect(withMeta(`{${' '.repeat(1_023)}}`)).toBe(bad);
    expect(withMeta(`{"a":"${'\\u0041'.repeat(200)}"}`)).toBe(bad);
    expect(withMeta(`{"a":"${'é'.repeat(508)}"}`)).toBe('ok');
    expect(withMeta(`{"a":"${'é'.repeat(509)}"}`)).toBe(bad);
  });

  test('meta of a large frame is found wherever it stands, under whatever spelling', () => {
    const body = 'x'.repeat(2_000);
    const large = JSON.stringify({ a: 'x'.repeat(1_100) });
    expect(verdict(`{"meta":${large},"t":"send","id":"id-00001","conv":"c","body":"${body}"}`)).toBe(bad);
    expect(verdict(` {"t":"send","id":"id-00001","conv":"c","body":"${body}", "m\\u0065ta" : ${large} } `)).toBe(bad);
    expect(verdict(`{"t":"send","id":"id-00001","conv":"c","body":"${body}","x":{"meta":${large}},"meta":{}}`)).toBe(
      'ok',
    );
    expect(
      verdict(`{"meta":${large},"t":"send","id":"id-00001","conv":"c","body":"${body}","meta":{"a":"\\"}"}}`),
    ).toBe('ok');
  });

  test('meta comes through untouched, with names that mean something in JavaScript', () => {
    const text =
      '{"t":"send","id":"id-00001","conv":"c","body":"b","meta":{"__proto__":{"x":1},"constructor":[null,1.5]}}';
    const decoded = decode(text);
    expect(JSON.stringify('frame' in decoded && decoded.frame)).toBe(text);
  });

  test('meta with a number that would come back as null is a bad frame', () => {
    expect(verdict('{"t":"send","id":"id-00001","conv":"c","body":"b","meta":{"a":[{"b":1e999}]}}')).toBe(bad);
  });
});

describe('decode: echoes', () => {
  test('an error echoes id, conv and type whenever the frame was JSON that held them', () => {
    expect(decodeJson({ ...send, body: '' })).toMatchObject({ error: { id: 'id-00001', conv: 'd_1', of: 'send' } });
    expect(decodeJson({ ...send, id: 'short' })).toMatchObject({ error: { id: 'short', conv: 'd_1', of: 'send' } });
    expect(decodeJson({ ...send, body: 'x'.repeat(16_385) })).toMatchObject({
      error: { id: 'id-00001', conv: 'd_1', of: 'send' },
    });
    expect(decodeJson({ t: 'nonsense', id: 'i', conv: 'c' })).toMatchObject({
      error: { code: 'gateway.unknown_type', id: 'i', conv: 'c', of: 'nonsense' },
    });
    expect(decodeJson({ id: 'i' })).toMatchObject({ error: { id: 'i' } });
  });

  test('what is no text, or not there, is not echoed', () => {
    expect(decodeJson({ t: 'send', id: 7, conv: null })).toEqual({
      error: { t: 'error', of: 'send', code: bad, message: expect.any(String) as string, effect: 'none' },
    });
    expect(decode('{')).toEqual({ error: { t: 'error', code: bad, message: 'not a JSON object', effect: 'none' } });
  });
});
