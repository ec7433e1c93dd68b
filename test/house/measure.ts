// How long a file, its functions and its lines are.
import ts from 'typescript';
import { at, walk, type Source } from '#test/house/sources';

export const limits = { file: 300, function: 70, line: 120 } as const;

export type Measure = keyof typeof limits;

export interface Excess {
  readonly measure: Measure;
  readonly size: number;
  readonly where: string;
}

export const advice: Record<Measure, string> = {
  file: 'split it by state, by event or by step, one idea a file',
  function: 'give its steps names and make them functions',
  line: 'run `npm run format`; break long texts and comments by hand',
};

/** What of this file is longer than the house allows. */
export function excesses(source: Source): Excess[] {
  const lines = source.text.replace(/\n$/, '').split('\n');
  const found: Excess[] = [];
  if (lines.length > limits.file) found.push({ measure: 'file', size: lines.length, where: source.path });
  lines.forEach((line, index) => {
    const size = [...line].length;
    if (size > limits.line) found.push({ measure: 'line', size, where: `${source.path}:${index + 1}` });
  });
  walk(source.tree, (node) => {
    if (!isFunctionWithBody(node) || holdsOnlyTests(source, node)) return;
    const size = lineOf(source, node.getEnd()) - lineOf(source, node.getStart(source.tree)) + 1;
    if (size > limits.function) found.push({ measure: 'function', size, where: at(source, node) });
  });
  return found;
}

const lineOf = (source: Source, position: number): number => source.tree.getLineAndCharacterOfPosition(position).line;

const isFunctionWithBody = (node: ts.Node): boolean =>
  ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;

/** The body of a `describe` is a list of tests: its length is that of the file. */
function holdsOnlyTests(source: Source, node: ts.Node): boolean {
  const { parent } = node;
  if (!source.path.startsWith('test/') || !ts.isCallExpression(parent)) return false;
  return /^describe\b/.test(parent.expression.getText(source.tree));
}
