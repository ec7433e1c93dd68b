// One table of error codes (src/contract/errors.ts): whatever the code throws, answers or compares with stands in it,
// each code is prefixed by its room, and what may reach a client stands in the wire contract as well.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { errorTable } from '#contract/errors';
import { at, filesIn, parse, production, readJson, root, sourcesIn, walk, type Source } from '#test/house/sources';

const codes = new Set<string>(Object.keys(errorTable));

/** Rooms, machines, actors and ports: what may stand in front of the dot. */
const rooms = Object.keys((readJson('package.json') as { imports: object }).imports).map((name) => name.slice(1, -2));
const named = filesIn('machines', 'actors', 'src/contract/ports').flatMap((path) => path.split(/[/.]/));
const prefixes = new Set([...rooms, ...named]);

interface Used {
  readonly code: string;
  readonly where: string;
}

/** Codes in `code: '…'`, in `x.code === '…'`, and at the head of an error's text: `new Error('…: why')`. */
function codesUsed(source: Source): Used[] {
  const used: Used[] = [];
  walk(source.tree, (node) => {
    const text = literalHead(node);
    const code = text === undefined ? undefined : /^([a-z]+\.[a-z0-9_]+)(?=$|: )/.exec(text)?.[1];
    if (code !== undefined && standsForACode(node.parent)) used.push({ code, where: at(source, node) });
  });
  return used;
}

function literalHead(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.head.text : undefined;
}

function standsForACode(parent: ts.Node): boolean {
  if (ts.isPropertyAssignment(parent)) return /^code$/.test(parent.name.getText());
  if (ts.isBinaryExpression(parent)) return /\bcode$/.test(parent.left.getText());
  if (ts.isNewExpression(parent)) return /(Error|Failure)$/.test(parent.expression.getText());
  return (
    ts.isCallExpression(parent) && /(fail|failed|failure|error|refuse|refused)$/i.test(parent.expression.getText())
  );
}

describe('error codes', () => {
  test('each code that the program uses stands in the table', () => {
    const unknown = sourcesIn(...production)
      .flatMap(codesUsed)
      .filter(({ code }) => !codes.has(code));
    expect(
      unknown.map(({ code, where }) => `${where}: ${code}: add it to src/contract/errors.ts, or use one of its codes`),
    ).toEqual([]);
  });

  test('each code starts with a room, an actor or a port', () => {
    const homeless = [...codes].filter((code) => !prefixes.has(code.split('.')[0] ?? ''));
    expect(homeless.map((code) => `${code}: start it with the room, actor or port that answers it`)).toEqual([]);
  });

  test('what may reach a client stands in docs/protocol.md, and nothing else does', () => {
    const section = /^## 5\.[^]*?(?=^## 6)/m.exec(readFileSync(join(root, 'docs/protocol.md'), 'utf8'))?.[0] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const inContract = rows.flatMap((line) => {
      const names = [...(line.split('|')[1] ?? '').matchAll(/`([a-z]*\.[a-z_]+)`/g)].map((match) => match[1] ?? '');
      const room = names[0]?.split('.')[0] ?? '';
      return names
        .filter((name) => !/^[a-z]+s\.user$/.test(name))
        .map((name) => (name.startsWith('.') ? room + name : name));
    });
    const onTheWire = Object.entries(errorTable).filter(([, { on, http }]) => on !== 'inside' || http !== null);
    expect([...inContract].sort()).toEqual(onTheWire.map(([code]) => code).sort());
  });

  test('codes are found wherever they are written', () => {
    const text = `
      const a = { code: 'store.unknown_a' };
      if (failure.code === 'store.unknown_b') throw new Error(\`store.unknown_c: \${why}\`);
      answer(failed('store.unknown_d', 'why'));
      emit({ type: 'store.hot', limit: 'body.bytes' });`;
    expect(codesUsed(parse('src/x.ts', text)).map(({ code }) => code)).toEqual(
      ['a', 'b', 'c', 'd'].map((letter) => `store.unknown_${letter}`),
    );
  });
});
