// Each room says at its door what is here, what it may import and touch, and where it is tested.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, readJson, root } from '#test/house/sources';

const { imports } = readJson('package.json') as { imports: Record<string, { default?: string }> };

/** Folders of the rooms that exist, by the names under which they are imported. */
const rooms = Object.values(imports)
  .map((target) => /^\.\/dist\/(.+)\/\*\.js$/.exec(target.default ?? '')?.[1] ?? '')
  .filter((folder) => folder !== '' && filesIn(folder).length > 0);

describe('rooms introduce themselves', () => {
  test.each(rooms)('%s has a README.md of about a dozen lines that says what is here and what it may do', (folder) => {
    const path = join(root, folder, 'README.md');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const missing = ['May import', 'May touch', 'Tested in'].filter((heading) => !text.includes(`**${heading}**`));
    expect(
      missing,
      `${folder}/README.md: write what is here, then **May import**, **May touch**, **Tested in**`,
    ).toEqual([]);
    expect(text.split('\n').length, `${folder}/README.md: a dozen lines; the rest belongs into docs/`).toBeLessThan(26);
  });

  test('every folder in src is a room with a name to import it by', () => {
    const folders = new Set(filesIn('src').map((path) => path.split('/').slice(0, 2).join('/')));
    const nameless = [...folders].filter((folder) => !rooms.includes(folder));
    expect(
      nameless.map((folder) => `${folder}: give it a line in "imports" of package.json and in config/rooms`),
    ).toEqual([]);
  });
});
