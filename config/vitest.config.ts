// How tests run. Rooms resolve to sources (condition "source"), each test file has a process of its own. First the tests
// that need nothing but virtual time, side by side; then, one file at a time, those that start servers from dist/ and
// look at a real clock. Build before the latter: `npm test` does, `npm run build` else.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['source', 'node', 'import', 'module', 'default'];
const served = ['test/{e2e,live,node,cli,bench}/**/*.test.ts'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  cacheDir: 'node_modules/.cache/hogmanay/vitest',
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    environment: 'node',
    pool: 'forks',
    mockReset: true,
    restoreMocks: true,
    teardownTimeout: 10_000,
    coverage: { include: ['src/**', 'machines/**', 'actors/**'], reportsDirectory: 'coverage' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: served,
          testTimeout: 15_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'served',
          include: served,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
