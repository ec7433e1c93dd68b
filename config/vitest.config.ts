// How tests run. Rooms resolve to sources (condition "source"). First the tests that need nothing but virtual time,
// side by side, each file in a process of its own; then, one file at a time, the house rules (one process, which parses
// the sources once) and the tests that measure time; then, two at a time, the others that start servers from dist/.
// They need a build: `npm test` makes it, otherwise `npm run build`. Those of test/live want real services
// (docs/services.md).
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['source', 'node', 'import', 'default'];
const house = 'test/house/**/*.test.ts';
// Left out, and counted as skipped, where `npm test` could not have the services.
const withoutServices = process.env['HOGMANAY_LIVE'] === 'off' ? ['test/{live,faults}/**'] : [];
// What the embedded backend is judged by, on the real one: where services are (`npm test` sees to that).
const judges = 'chat,resume,http,poll,rights,conformance,kill,client-kills';
const alsoReal = process.env['HOGMANAY_REDIS'] ? [`test/e2e/{${judges}}.test.ts`] : [];
// What others on the machine would spoil.
const measuring = ['test/{bench,siege}/**/*.test.ts', 'test/e2e/{drain,maintenance,rates}.test.ts'];
const served = ['test/{e2e,live,faults,node,cli}/**/*.test.ts', 'test/web/browser/**/*.test.ts'];

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
    // What a checker found stands in the message of a failure, in full.
    chaiConfig: { truncateThreshold: 2_000 },
    coverage: { include: ['src/**', 'machines/**', 'actors/**'], reportsDirectory: 'coverage' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...served, ...measuring, house],
          testTimeout: 15_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'house',
          include: [house],
          isolate: false,
          maxWorkers: 1,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'measuring',
          include: [...measuring, 'test/live/benches.test.ts'],
          exclude: withoutServices,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'served',
          include: served,
          exclude: [...withoutServices, ...measuring, 'test/live/benches.test.ts'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: alsoReal,
          env: { HOGMANAY_TEST_BACKEND: 'real' },
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
