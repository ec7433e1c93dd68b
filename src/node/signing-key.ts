/**
 * The key that signs and checks tokens, where none is set: made once in the data folder, for its owner's eyes only. The
 * server and `hogmanay token` may both be the first to ask; they end up with the same one.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keyBytes = 32;

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
const isThere = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Written whole under another name, then linked: nobody ever reads half a key, and the first one stays. */
const make = (folder: string, file: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(keyBytes).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!isThere(error)) throw error;
  } finally {
    rmSync(draft);
  }
};

export const signingKey = (data: string): string => {
  const file = join(data, 'signing-key');
  if (read(file) === undefined) make(data, file);
  const key = read(file) ?? '';
  if (Buffer.byteLength(key) < keyBytes) throw new Error(`${file} is damaged: put the old key back, or remove it`);
  return key;
};
