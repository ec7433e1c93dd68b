// The browser's client in one file, as a page would load it.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { root } from './root.mjs';

export async function bundleClient() {
  const bundle = await rolldown({
    input: join(root, 'src/client/browser.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const [{ code, imports }] = output;
  return { code, imports, bytes: Buffer.byteLength(code), gzippedBytes: gzipSync(code, { level: 9 }).length };
}
