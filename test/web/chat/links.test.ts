// Links in what people write: what is one, what is not, and that no text is lost or changed on the way.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, shortened } from '#web/chat/links';
import { pageLimits } from '#web/chat/limits';

const links = (body: string): string[] =>
  piecesOf(body).flatMap((piece) => (typeof piece === 'string' ? [] : [piece.href]));

describe('links', () => {
  it.each<[string, string[]]>([
    ['see https://example.org/a.', ['https://example.org/a']],
    [
      '(https://en.wikipedia.org/wiki/Hogmanay_(disambiguation))',
      ['https://en.wikipedia.org/wiki/Hogmanay_(disambiguation)'],
    ],
    ['HTTP://EXAMPLE.ORG', ['http://example.org/']],
    ['two: http://a.example http://b.example/?q=1#x!', ['http://a.example/', 'http://b.example/?q=1#x']],
    ['https://example.org/"><img src=x onerror=alert(1)>', ['https://example.org/']],
    ['javascript:alert(1) data:text/html,x ftp://a.example //a.example www.example.org', []],
    ['https://bank.example@evil.example/', []],
    ['https:// http:/// https://', []],
    ['xhttps://example.org', []],
    ['', []],
  ])('%s', (body, expected) => expect(links(body)).toEqual(expected));

  it('are http or https with a host, and all pieces together are the text', () => {
    const parts = fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('https://', 'javascript:', '<a>', ')', '.', '\n'));
    const text = fc.array(parts, { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (body) => {
        const pieces = piecesOf(body);
        expect(pieces.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('')).toBe(body);
        for (const href of links(body)) {
          const { protocol, hostname, username } = new URL(href);
          expect(['http:', 'https:']).toContain(protocol);
          expect([hostname === '', username]).toEqual([false, '']);
        }
      }),
    );
  });

  it('take a body of the greatest length in no time, whatever is in it', () => {
    const nasty = [
      'https://a/' + '.'.repeat(16_000) + 'x',
      'https://a/' + ')'.repeat(16_000),
      'https://'.repeat(2_000),
    ];
    const began = performance.now();
    for (const body of nasty) piecesOf(body);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('a long message', () => {
  const { 'body.shown': characters, 'body.lines': lines } = pageLimits();

  it("is shown up to 'body.shown' characters and 'body.lines' lines, a short one whole", () => {
    expect(shortened('short', characters, lines)).toBe('short');
    const long = 'word '.repeat(1_000);
    expect(shortened(long, characters, lines).length).toBeLessThanOrEqual(characters);
    expect(shortened(long, characters, lines)).toMatch(/word$/);
    expect(shortened('x\n'.repeat(1_000), characters, lines).split('\n')).toHaveLength(lines);
  });

  it('is cut neither within a character nor within a link', () => {
    expect(shortened('🎆'.repeat(10), 5, lines)).toBe('🎆🎆');
    const link = `https://example.org/${'a'.repeat(60)}`;
    expect(shortened(`see ${link} there`, 30, lines)).toBe('see');
  });
});
