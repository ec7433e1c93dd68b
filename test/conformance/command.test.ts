// `hogmanay conformance URL` as a whole: what it prints, how it ends, and what it does without the signing key.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { allChecks } from '#conformance/all';
import { conform } from '#conformance/conformance';
import type { ConformanceOptions } from '#conformance/conformance';
import { listOf } from '#conformance/report';
import { tokensByKey } from '#conformance/tokens';
import { startLittleServer } from '#test/conformance/fake/server';
import type { LittleServer } from '#test/conformance/fake/server';
import type { Fault } from '#test/conformance/fake/settings';
import { secret } from '#test/conformance/fake/tokens';
import { forgets, settingsOf } from '#test/conformance/faults/words';

const root = fileURLToPath(new URL('../..', import.meta.url));

let server: LittleServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const run = async (changed: Partial<ConformanceOptions>, fault: Fault = {}) => {
  server ??= await startLittleServer(fault);
  const printed = { out: '', err: '' };
  const options: ConformanceOptions = {
    url: server.url,
    tokens: { key: secret },
    only: [],
    timeoutMs: 5_000,
    slow: false,
    list: false,
    json: false,
    ...changed,
  };
  const status = await conform(options, {
    out: (text) => (printed.out += text),
    err: (text) => (printed.err += text),
  });
  return { status, ...printed, lines: printed.out.trimEnd().split('\n') };
};

describe('conformance: the command', () => {
  test('one line a check, the count, and 0 where nothing fails', async () => {
    const { status, lines } = await run({ only: ['ping', 'hello.ready'] });
    expect(status).toBe(0);
    expect(lines.filter((line) => /^ok {3}(ping\.pong|hello\.ready) \d+ ms$/.test(line))).toHaveLength(2);
    expect(lines).toContain('skip ping.silence: NOT CHECKED, it waits long: ask for it with --slow');
    expect(lines.at(-1)).toBe('2 passed, 0 failed, 2 skipped');
  });

  test('a failure says the rule, what was expected, what came and what went over the wire; 1', async () => {
    const { status, out, lines } = await run({ only: ['members.rights'] }, forgets('rights to remove'));
    expect(status).toBe(1);
    expect(lines[0]).toMatch(/^FAIL members\.rights \d+ ms$/);
    expect(lines[1]).toBe('     rule: 2 only the creator may remove others');
    expect(lines[2]).toMatch(/^ {5}expected: the error conversation\.forbidden for \{"t":"members"/);
    expect(lines[3]).toMatch(/^ {5}came: \{"t":"members"/);
    expect(out).toMatch(/^ {7}check-\w+\/dev-\w+ >> \{"t":"members"/m);
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });

  test('--json: one document', async () => {
    const { status, out } = await run({ only: ['send.at', 'hello.in-time'], json: true });
    const document = JSON.parse(out) as { readonly checks: readonly { readonly name: string }[] };
    expect(status).toBe(0);
    expect(document).toMatchObject({ url: server?.url, passed: 1, failed: 0, skipped: 1 });
    expect(document.checks.map(({ name }) => name).sort()).toEqual(['hello.in-time', 'send.at']);
  });

  test('--list prints every check with its rule; nothing is asked of a server', async () => {
    const { status, out } = await run({ list: true, url: 'http://127.0.0.1:1' });
    expect([status, out]).toEqual([0, listOf(allChecks)]);
  });

  test('a check that is not there: wrong usage', async () => {
    const refused = run({ only: ['send.nothing'] });
    await expect(refused).rejects.toMatchObject({
      code: 'cli.usage',
      message: expect.stringContaining('--list') as string,
    });
  });

  test('a server that is not there: one line, and 1', async () => {
    const { status, out, err } = await run({ url: 'http://127.0.0.1:1' });
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/^hogmanay: cannot reach http:\/\/127\.0\.0\.1:1: \S.*\n$/);
  });

  test('--timeout bounds a check, and the failure says what was awaited', async () => {
    const began = Date.now();
    const { status, out } = await run({ only: ['typing.others'], timeoutMs: 300 }, { in: () => undefined });
    expect(status).toBe(1);
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(out).toContain('expected: a frame `welcome`');
  });

  test('a rule that cannot be tried here is skipped with the reason', async () => {
    const { lines } = await run({ only: ['rate.sends'] }, settingsOf({ sendsAtOnce: 10_000 }));
    expect(lines[0]).toBe('skip rate.sends: NOT CHECKED, no rate limit was met within 900 sends');
  });
});

describe('conformance: without the signing key', () => {
  test('four users of a file do for all that needs no key; the rest is skipped loudly; and so again', async () => {
    const people = tokensByKey(secret).people(4) ?? [];
    const tokens = { byUser: Object.fromEntries(people.map(({ name, token }) => [name, token])) };
    const needKey = allChecks.filter(({ needs }) => needs.includes('key'));
    for (const round of [1, 2]) {
      const { status, out, lines } = await run({ tokens, only: [] }, settingsOf({ sendsAtOnce: 100_000 }));
      expect(out.match(/^FAIL.*$/gm) ?? [], `round ${round}`).toEqual([]);
      expect(status).toBe(0);
      const skipped = lines.filter((line) => line.includes('NOT CHECKED, it needs the signing key'));
      expect(skipped).toHaveLength(needKey.length);
    }
  }, 60_000);
});

describe('docs/conformance.md', () => {
  test('lists the checks as `hogmanay conformance --list` prints them', () => {
    const page = readFileSync(join(root, 'docs/conformance.md'), 'utf8');
    const [, list = ''] = /```text\n([\s\S]*)```/.exec(page) ?? [];
    expect(list === listOf(allChecks), 'stale: put the output of `hogmanay conformance --list` there').toBe(true);
  });
});
