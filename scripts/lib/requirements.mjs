// Which requirement is proven by which test: IDs of docs/requirements.md, found in the titles of tests.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './root.mjs';

/** @typedef {{ id: string, group: string }} Requirement */
/** @typedef {{ file: string, title: string, ids: string[] }} Proof */

/**
 * Each `- **A12** claim`, with the heading above it.
 * @param {string} text
 * @returns {Requirement[]}
 */
export function parseRequirements(text) {
  /** @type {Requirement[]} */
  const found = [];
  let group = '';
  for (const line of text.split('\n')) {
    group = /^## (.+)$/.exec(line)?.[1] ?? group;
    const id = /^- \*\*([A-Z]\d+(?:\.\d+)?)\*\* /.exec(line)?.[1];
    if (id) found.push({ id, group });
  }
  return found;
}

/**
 * The tests of one file whose title, or a title around it, names requirements. One that is switched off proves
 * nothing.
 * @param {string} file
 * @param {string} text
 * @param {Set<string>} known
 * @returns {Proof[]}
 */
export function findProofs(file, text, known) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  /** @type {Proof[]} */
  const proofs = [];
  /** @type {(node: ts.Node, around: string[]) => void} */
  const visit = (node, around) => {
    const call = asTestCall(node);
    if (call?.off) return;
    const ids = call ? [...new Set([...around, ...idsIn(call.titles.join(' '), known)])] : around;
    if (call?.kind === 'test' && ids.length > 0) proofs.push({ file, title: call.titles.join(', '), ids });
    ts.forEachChild(node, (child) => visit(child, ids));
  };
  visit(tree, []);
  return proofs;
}

/**
 * @param {string} text
 * @param {Set<string>} known
 */
function idsIn(text, known) {
  return [...text.matchAll(/\b[A-Z]\d+(?:\.\d+)?\b/g)].map(([id]) => id).filter((id) => known.has(id));
}

/**
 * `test('…')`, `it.skipIf(…)('…')`, `describe.each(…)('…')` and their like.
 * @param {ts.Node} node
 */
function asTestCall(node) {
  if (!ts.isCallExpression(node)) return undefined;
  const words = node.expression.getText().match(/^(test|it|describe|suite)\b((?:\.\w+)*)/);
  const title = node.arguments[0];
  if (!words || !title || isCurried(node)) return undefined;
  const table = ts.isCallExpression(node.expression) ? node.expression.arguments[0] : undefined;
  const titles = [textOf(title), ...(table && /\.each$/.test(words[2] ?? '') ? firstColumn(table) : [])];
  const kind = words[1] === 'test' || words[1] === 'it' ? 'test' : 'group';
  return { kind, off: /\.(skip|todo)\b/.test(words[2] ?? ''), titles: titles.filter((part) => part !== '') };
}

/**
 * The inner call of `test.each(table)('title')`.
 * @param {ts.CallExpression} node
 */
function isCurried(node) {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

/**
 * @param {ts.Node} node
 * @returns {string}
 */
function textOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return '';
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…');
}

/**
 * Titles that stand in the table of `.each`: its strings, or the first string of each row.
 * @param {ts.Node} table
 */
function firstColumn(table) {
  if (!ts.isArrayLiteralExpression(table)) return [];
  return table.elements.map((row) => {
    const cell = ts.isArrayLiteralExpression(row) ? row.elements[0] : row;
    return cell ? textOf(cell) : '';
  });
}

/**
 * The page docs/requirements-status.md.
 * @param {Requirement[]} requirements
 * @param {Proof[]} proofs
 */
export function statusPage(requirements, proofs) {
  /** @param {string} id */
  const proving = (id) => proofs.filter(({ ids }) => ids.includes(id));
  const groups = [...new Set(requirements.map(({ group }) => group))].map((group) => {
    const members = requirements.filter((requirement) => requirement.group === group).map(({ id }) => id);
    const proven = members.filter((id) => proving(id).length > 0);
    return { group, members, proven, open: members.filter((id) => !proven.includes(id)) };
  });
  const total = groups.reduce((sum, { proven }) => sum + proven.length, 0);
  const counts = groups.map(({ group, members, proven }) => `| ${group} | ${members.length} | ${proven.length} |`);
  const rows = groups.flatMap(({ proven }) => proven.map((id) => `| ${id} | ${proving(id).map(cite).join('<br>')} |`));
  const open = groups
    .filter((group) => group.open.length > 0)
    .map(({ group, open }) => `- ${group}: ${open.join(', ')}`);
  return [
    '# Requirements: what is proven',
    '',
    'Written by `npm run coverage:requirements` from docs/requirements.md and the titles of the tests. Do not edit.',
    '',
    '| group | requirements | proven |',
    '|---|---:|---:|',
    ...counts,
    `| **all** | ${requirements.length} | ${total} |`,
    '',
    '## Proven',
    '',
    ...(rows.length > 0 ? ['| requirement | tests |', '|---|---|', ...rows] : ['None yet.']),
    '',
    '## Not proven',
    '',
    ...(open.length > 0 ? open : ['None.']),
    '',
  ].join('\n');
}

/** @param {Proof} proof */
function cite({ file, title }) {
  return `${file}: ${title.replaceAll('|', '\\|').replaceAll('<', '&lt;')}`;
}

/** The page as it should be now. */
export function currentStatus() {
  const requirements = parseRequirements(readFileSync(join(root, 'docs', 'requirements.md'), 'utf8'));
  const known = new Set(requirements.map(({ id }) => id));
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('test/house/'))
    .sort();
  return statusPage(
    requirements,
    files.flatMap((file) => findProofs(file, readFileSync(join(root, file), 'utf8'), known)),
  );
}
