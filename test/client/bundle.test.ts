// What a page loads: one file, nothing that is not ours in it, and no more than 15 KB of it gzipped.
import { expect, test } from 'vitest';
import { bundleClient } from '#scripts/lib/bundle-client';

test(
  'the client of a browser weighs less than 15 KB gzipped, and needs nothing else',
  { timeout: 60_000 },
  async () => {
    const { code, imports, bytes, gzippedBytes } = await bundleClient();
    console.log(`client for browsers: ${bytes} bytes, ${gzippedBytes} gzipped`);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/xstate|node:|zod/);
    expect(gzippedBytes).toBeLessThan(15_000);
  },
);
