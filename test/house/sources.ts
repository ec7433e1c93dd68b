// The project's own files, as the house tests read them: by TypeScript's parser, not by patterns over text.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Source {
  /** Path from the project folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

export const parse = (path: string, text: string): Source => ({
  path,
  text,
  tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true),
});

/** Every TypeScript and JavaScript file below the folders named, sorted. */
export function sourcesIn(...folders: string[]): Source[] {
  return filesIn(...folders)
    .filter((path) => /\.(ts|tsx|mts|js|mjs|cjs)$/.test(path))
    .map((path) => parse(path, readFileSync(join(root, path), 'utf8')));
}

/** Every file below the folders named, as paths from the project folder. */
export function filesIn(...folders: string[]): string[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length).split(sep).join('/')),
    )
    .sort();
}

export const production = ['src', 'machines', 'actors'];
export const everything = [...production, 'test', 'scripts', 'config'];

/** Calls `visit` for the node and all below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** `path:line` of a node, ready to click. */
export function at(source: Source, node: ts.Node): string {
  return `${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1}`;
}

export const readJson = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
