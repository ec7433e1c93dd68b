// docs/protocol.md: its table of rules and tests is current, names tests that are there, and leaves nothing out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allChecks } from '#conformance/all';
import { closeCodes, errorTable } from '#contract/errors';
import { heading, ownRows, rulesTable, withTable } from '#scripts/lib/protocol-rules';
import { clientFrames } from '#protocol/client-frames';
import { serverFrames } from '#protocol/server-frames';
import { root } from '#test/house/sources';

const page = readFileSync(join(root, 'docs/protocol.md'), 'utf8');
const table = rulesTable(allChecks);
const rules = page.slice(0, page.indexOf(heading));

describe('docs/protocol.md', () => {
  test('its table is current', () => {
    expect(page, 'run `npm run docs:protocol`').toBe(withTable(page, allChecks));
  });

  test.each(ownRows().map(({ rule, test: file, title }) => [rule, file, title] as const))(
    '%s: %s has its test',
    (_rule, file, title) => {
      expect(readFileSync(join(root, file), 'utf8')).toContain(title);
    },
  );

  test('each error, close code and limit that it names is in the table', () => {
    const codes = Object.keys(errorTable).filter((code) => rules.includes(`\`${code}\``) || rules.includes(code));
    const closes = Object.values(closeCodes).map(String);
    const seven = /## 7\. Limits\n([\s\S]*?)\n## 8/.exec(rules)?.[1] ?? '';
    const limits = [...seven.matchAll(/`([a-zA-Z]+\.[a-zA-Z]+(?:\.[a-zA-Z]+)?)` \d/g)].map(([, name]) => `${name}`);
    expect(limits.length).toBeGreaterThan(18);
    expect([...codes, ...closes, ...limits].filter((name) => !table.includes(name))).toEqual([]);
  });

  test('each frame that it names is known to the server, and the other way round', () => {
    const named = (section: string): string[] => {
      const [, text = ''] = new RegExp(`## ${section}[^\\n]*\\n([\\s\\S]*?)\\n## `).exec(rules) ?? [];
      const cells = [...text.matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \|/gm)].map(([, cell]) => cell ?? '');
      return cells.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name]) => `${name}`)).sort();
    };
    expect(named('2\\. Client')).toEqual(Object.keys(clientFrames).sort());
    expect(named('3\\. Server')).toEqual(Object.keys(serverFrames).sort());
  });
});
