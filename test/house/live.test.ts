// `npm test` and real services: when they are started, and what is said where they cannot be had.
import { describe, expect, test } from 'vitest';
import { wantsServices, without } from '#scripts/lib/live';
import { Missing } from '#scripts/services/install';

describe('when services are started', () => {
  test.each([
    { args: [], wanted: true },
    { args: ['test/live'], wanted: true },
    { args: ['live/services'], wanted: true },
    { args: ['test/e2e'], wanted: true },
    { args: ['test/runtime', 'test/live/redis'], wanted: true },
    { args: ['-t', 'some title'], wanted: true },
    { args: ['test/runtime'], wanted: false },
    { args: ['test/house', 'test/ports'], wanted: false },
  ])('$args: $wanted', ({ args, wanted }) => {
    expect(wantsServices(args)).toBe(wanted);
  });
});

describe('where services cannot be had', () => {
  const missing = new Missing('redis-server is not installed (as root: apt-get install redis-server)');

  test('the live tests are skipped aloud on a machine of a user', () => {
    const { part, notes } = without(missing, { isCi: false, ms: 1, files: 7 });
    expect(part).toMatchObject({ passed: 0, failed: 0, skipped: 7 });
    expect(notes.join()).toContain(`skipped: all 7 files of test/live: ${missing.message}`);
  });

  test('it is a failure where CI=true', () => {
    const { part, notes } = without(missing, { isCi: true, ms: 1, files: 7 });
    expect(part).toMatchObject({ passed: 0, failed: 1, skipped: 0 });
    expect(notes.join()).toContain(missing.message);
  });

  test('services that are there and do not start are a failure everywhere', () => {
    const error = new Error('kafka-1 has ended', { cause: new Error('why') });
    const { part, notes } = without(error, { isCi: false, ms: 1, files: 7 });
    expect(part).toMatchObject({ failed: 1, skipped: 0 });
    expect(notes.join()).toContain('why');
  });
});
