// Who may import what: the table of docs/architecture.md as rules for dependency-cruiser (`npm run lint:rooms`).
// test/house/rooms.test.ts plants a breach of each rule and demands that it is caught. Each comment names the way out.

import { adapterRules, reservations } from './rooms/adapters.js';
import { everywhere } from './rooms/everywhere.js';
import { rooms } from './rooms/rooms.js';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...everywhere, ...rooms, ...adapterRules, ...reservations],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mts', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
