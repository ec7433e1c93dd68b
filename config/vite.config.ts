// How the pages are built: one folder of src/web a page, into dist/web, with the digest of its content in the name of
// each file but the page itself. Nothing inline: the Content-Security-Policy allows none (src/gateway/edge/pages.ts).
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Vite takes its configuration by this name.
export default defineConfig({
  root: folder('../src/web/chat'),
  base: '/',
  cacheDir: folder('../node_modules/.cache/hogmanay/vite'),
  resolve: { conditions: ['source', 'browser', 'import', 'default'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: folder('../dist/web/chat'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
