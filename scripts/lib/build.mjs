// Builds dist/ from the sources, the server's by the compiler and the pages by Vite, and knows whether that is needed:
// a stamp in dist/ holds what the last build saw.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, tool } from './root.mjs';

const folders = ['src', 'machines', 'actors'];
const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'config/vite.config.ts'];
const isSource = /\.(ts|tsx|css|html|svg)$/;
const stampFile = join(root, 'dist', '.built');

export const mainFile = join(root, 'dist', 'src', 'cli', 'main.js');

/** A digest of every source's path, size and time: cheap, and it also sees a file that went away. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of [...settings, ...folders.flatMap(sourcesIn)]) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} folder */
function sourcesIn(folder) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => isSource.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** True when dist/ is missing or its sources have changed since; false where only the build was shipped. */
export function isStale() {
  if (!existsSync(join(root, 'src'))) return false;
  if (!existsSync(stampFile) || !existsSync(mainFile)) return true;
  return readFileSync(stampFile, 'utf8') !== fingerprint();
}

/** Removes from dist/ what a source that went away has left behind. */
function prune() {
  const wanted = new Set(folders.flatMap(sourcesIn).map((file) => file.replace(/\.ts$/, '.js')));
  const dist = join(root, 'dist');
  for (const folder of folders.filter((name) => existsSync(join(dist, name)))) {
    for (const name of readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' })) {
      const isOutput = /\.js(\.map)?$/.test(name);
      if (isOutput && !wanted.has(join(folder, name.replace(/\.map$/, '')))) rmSync(join(dist, folder, name));
    }
  }
}

/**
 * Compiles every source anew, in place: a server that runs from dist/ meanwhile does not lose its files. A build with
 * type errors leaves no stamp, so the next start tries again.
 * @param {{ quiet?: boolean }} [options]
 */
export async function build(options) {
  const before = fingerprint();
  rmSync(stampFile, { force: true });
  const compiler = 'typescript/bin/tsc';
  if (!existsSync(join(root, 'node_modules', compiler))) {
    return { status: 1, output: 'dist/ is missing or old, and there is no compiler here: run `npm ci` first\n' };
  }
  const compiled = await run(tool(compiler, '--project', 'tsconfig.build.json'), options);
  prune();
  if (compiled.status !== 0) return compiled;
  const vite = tool('vite/bin/vite.js', 'build', '--config', 'config/vite.config.ts', '--logLevel', 'warn');
  const bundled = await run(vite, options);
  if (bundled.status === 0) writeFileSync(stampFile, before);
  return { status: bundled.status, output: `${compiled.output}${bundled.output}` };
}
