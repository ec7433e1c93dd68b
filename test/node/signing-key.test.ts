// The signing key of a data folder: one, lasting, and nobody else's.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { signingKey } from '#node/signing-key';

const dataFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hogmanay-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'data');
};

test('a key is made once, with the folder, readable by its owner only', () => {
  const folder = dataFolder();
  const key = signingKey(folder);
  expect(Buffer.byteLength(key)).toBeGreaterThanOrEqual(32);
  expect(signingKey(folder)).toBe(key);
  expect(readdirSync(folder)).toEqual(['signing-key']);
  expect(statSync(join(folder, 'signing-key')).mode & 0o777).toBe(0o600);
});

test('each folder has its own', () => {
  expect(signingKey(dataFolder())).not.toBe(signingKey(dataFolder()));
});

test('a key that is too short is not used', () => {
  const folder = dataFolder();
  signingKey(folder);
  writeFileSync(join(folder, 'signing-key'), 'short\n');
  expect(() => signingKey(folder)).toThrow('signing-key is damaged');
});
