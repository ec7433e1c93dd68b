// The table of docs/protocol.md that links every rule to its test: the rules that a stranger can check, as the
// conformance checks name them, and those that need the server's own tests, as config/protocol-rules.json lists them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** @typedef {{ name: string, rule: string }} Check */
/** @typedef {{ rule: string, test: string, title: string }} Row */

export const heading = '## 9. Every rule and its test';

/** @returns {Row[]} */
export function ownRows() {
  const rows = /** @type {unknown} */ (JSON.parse(readFileSync(join(root, 'config/protocol-rules.json'), 'utf8')));
  return /** @type {Row[]} */ (rows);
}

const checksFolder = 'src/conformance/checks';

/** @param {readonly Check[]} checks @returns {Map<string, string>} file by name of check */
const filesOf = (checks) => {
  const files = readdirSync(join(root, checksFolder)).map((file) => `${checksFolder}/${file}`);
  const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
  return new Map(
    checks.map(({ name }) => {
      const found = texts.find(({ text }) => text.includes(`'${name}'`) || text.includes(`\`${name}\``));
      return [name, found?.file ?? checksFolder];
    }),
  );
};

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');

/** @param {string} rule */
const sectionOf = (rule) => Number(/^\d+/.exec(rule)?.[0] ?? 99);

/** @param {readonly Check[]} checks */
export const rulesTable = (checks) => {
  const files = filesOf(checks);
  const outside = checks.map(({ name, rule }) => ({
    rule,
    test: `[\`${name}\`](../${files.get(name) ?? checksFolder})`,
  }));
  const own = ownRows().map(({ rule, test, title }) => ({ rule, test: `[${title}](../${test})` }));
  const rows = [...outside, ...own].map(({ rule, test }, at) => ({ rule, test, at }));
  rows.sort((one, other) => sectionOf(one.rule) - sectionOf(other.rule) || one.at - other.at);
  return [
    heading,
    'Written by `npm run docs:protocol`; a house test demands that it is current and that each test is there.',
    'Names like `send.order` are checks of [`hogmanay conformance`](conformance.md): they run against our server in',
    '[test/e2e/conformance.test.ts](../test/e2e/conformance.test.ts), and each is proven to fail where its rule is',
    'broken, on a planted fault of a fake server, in',
    '[test/conformance/conformance.test.ts](../test/conformance/conformance.test.ts). The others name a test.',
    '',
    '| section and rule | test |',
    '|---|---|',
    ...rows.map(({ rule, test }) => `| ${cell(rule)} | ${cell(test)} |`),
    '',
  ].join('\n');
};

/** The page with its table. @param {string} page @param {readonly Check[]} checks */
export const withTable = (page, checks) => {
  const start = page.indexOf(heading);
  return `${(start === -1 ? page : page.slice(0, start)).trimEnd()}\n\n${rulesTable(checks)}`;
};
