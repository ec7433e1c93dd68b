// Rules for every file, whatever its room.

/** @typedef {import('./rule.js').Rule} Rule */

/** @type {Rule[]} */
export const everywhere = [
  {
    name: 'nothing-unresolvable',
    comment: 'This import leads nowhere. Write the room and the file without extension: #contract/effects.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-cycles',
    comment: 'Files that import each other cannot be read one at a time. Move what both need into a third, lower file.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'imports-name-the-room',
    comment: 'Write the room instead of a relative path, also within a room: #runtime/mailbox, not ./mailbox.',
    severity: 'error',
    from: { path: '^(src|machines|actors|test)/' },
    to: { path: '^(src|machines|actors|test)/', dependencyTypesNot: ['aliased-subpath-import'] },
  },
  {
    name: 'nothing-imports-test',
    comment: 'Only tests import tests. What others need of it belongs into src/testkit.',
    severity: 'error',
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  },
  {
    name: 'nothing-imports-the-build',
    comment: 'Import the source by its room (#contract/...), not what was built from it.',
    severity: 'error',
    from: {},
    to: { path: '^dist/' },
  },
  {
    name: 'no-dev-dependency-in-production',
    comment:
      'This package is not there in production. Move it to dependencies and give docs/dependencies.md its reason.',
    severity: 'error',
    from: { path: '^(src|machines|actors)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'declared-packages-only',
    comment:
      'This package came along with another one. Add it to package.json and docs/dependencies.md, or do without.',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
];
