// Sizes, opening comments and leftovers. config/tidy-exceptions.json lists what is still too long, by file and measure,
// with the size it may have: {"src/x/y.ts": {"file": 340}}. The list may only shrink.
import { describe, expect, test } from 'vitest';
import { advice, excesses, limits, type Measure } from '#test/house/measure';
import { everything, parse, readJson, sourcesIn } from '#test/house/sources';

type Exceptions = Record<string, Partial<Record<Measure, number>>>;

const exceptions = readJson('config/tidy-exceptions.json') as Exceptions;
const sources = sourcesIn(...everything);
const measures = Object.keys(limits) as Measure[];

const worst = (path: string, measure: Measure): number => {
  const source = sources.find((candidate) => candidate.path === path);
  const sizes = source ? excesses(source).filter((excess) => excess.measure === measure) : [];
  return Math.max(0, ...sizes.map(({ size }) => size));
};

describe('tidy: sizes', () => {
  test.each(measures)('no %s is longer than the house allows', (measure) => {
    const tooLong = sources.flatMap((source) =>
      excesses(source)
        .filter((excess) => excess.measure === measure && excess.size > (exceptions[source.path]?.[measure] ?? 0))
        .map(({ where, size }) => `${where}: ${size} instead of ${limits[measure]}: ${advice[measure]}`),
    );
    expect(tooLong).toEqual([]);
  });

  test('the list of exceptions only shrinks: each one is still needed, and no larger than needed', () => {
    const loose = Object.entries(exceptions).flatMap(([path, allowed]) =>
      measures
        .filter((measure) => allowed[measure] !== undefined && allowed[measure] !== worst(path, measure))
        .map(
          (measure) =>
            `${path}: ${measure} is ${worst(path, measure)}: lower or remove it in config/tidy-exceptions.json`,
        ),
    );
    expect(loose).toEqual([]);
  });

  test('the ruler measures: a long file, a long function and a long line are found, a long describe is not', () => {
    const body = 'work();\n'.repeat(80);
    const found = (path: string, text: string) =>
      excesses(parse(path, text)).map(({ measure, where }) => `${measure} ${where}`);
    expect(found('src/a.ts', `${body}`.repeat(4))).toEqual(['file src/a.ts']);
    expect(found('src/b.ts', `// why\nconst f = () => {\n${body}};`)).toEqual(['function src/b.ts:2']);
    expect(found('src/c.ts', `// ${'x'.repeat(120)}`)).toEqual(['line src/c.ts:1']);
    expect(found('test/d.test.ts', `describe('d', () => {\n${body}});`)).toEqual([]);
  });
});

describe('tidy: what a file says about itself', () => {
  test('each file of a room, test and script opens with a comment', () => {
    const opens = /^(#!.*\n)?\s*(\/\/|\/\*)/;
    const silent = sources.filter((source) => !opens.test(source.text));
    expect(silent.map(({ path }) => `${path}: open with a comment: what it is, why it exists`)).toEqual([]);
  });

  test('nothing is left for later, and no test stands alone or is switched off without a reason', () => {
    const marks = ['FIX', 'TO'].map(
      (half) => new RegExp(`\\b(${half}${half === 'TO' ? 'DO' : 'ME'}|${'X'.repeat(3)})\\b`),
    );
    const left = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const place = `${path}:${index + 1}`;
        if (marks.some((mark) => mark.test(line))) return [`${place}: do it now, or write an issue`];
        if (/\b(test|it|describe|suite)\.only\(/.test(line))
          return [`${place}: run one test by \`npx vitest -t\` instead`];
        if (/\b(test|it|describe|suite)\.(skip|todo)\(/.test(line)) {
          return [`${place}: use skipIf with the condition and its reason, or remove it`];
        }
        return [];
      }),
    );
    expect(left).toEqual([]);
  });

  test('the compiler is not silenced', () => {
    const silenced = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        if (/@ts-(ignore|nocheck)\b/.test(line)) return [`${path}:${index + 1}: use @ts-expect-error with the reason`];
        if (/@ts-expect-error\s*$/.test(line)) return [`${path}:${index + 1}: say why, on the same line`];
        if (/eslint-disable(?!.*--)/.test(line)) return [`${path}:${index + 1}: say why, after \`--\``];
        return [];
      }),
    );
    expect(silenced).toEqual([]);
  });
});
