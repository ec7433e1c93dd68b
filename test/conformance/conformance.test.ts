// Each check passes against a server that keeps every rule, and fails against one that breaks its rule.
import { beforeAll, describe, expect, test } from 'vitest';
import { allChecks } from '#conformance/all';
import type { Check } from '#conformance/check';
import { runChecks } from '#conformance/run';
import type { Verdict } from '#conformance/run';
import { tokensByKey } from '#conformance/tokens';
import { startLittleServer } from '#test/conformance/fake/server';
import type { Fault } from '#test/conformance/fake/settings';
import { secret } from '#test/conformance/fake/tokens';
import { conversationFaults } from '#test/conformance/faults/conversations';
import { httpFaults } from '#test/conformance/faults/over-http';
import { talkingFaults } from '#test/conformance/faults/talking';

const faults: Readonly<Record<string, Fault>> = { ...talkingFaults, ...conversationFaults, ...httpFaults };
const names = allChecks.map(({ name }) => name);

/** The little server waits for nothing as long as the protocol does. */
const waitsAtMostMs = 3_000;
const impatient = (one: Check): Check => ({ ...one, waitsMs: Math.min(one.waitsMs, waitsAtMostMs) });

const judge = async (checks: readonly Check[], fault: Fault, timeoutMs: number, parallel: number) => {
  const server = await startLittleServer(fault);
  const tokens = tokensByKey(secret);
  const options = { base: server.url, tokens, timeoutMs, slow: true, parallel };
  const verdicts = await runChecks(checks.map(impatient), options);
  await server.stop();
  return verdicts;
};

/** One check, and the server that breaks its rule. */
const underFault = async (one: Check): Promise<Verdict | undefined> =>
  (await judge([one], faults[one.name] ?? {}, 1_500, 1))[0];

describe('the list', () => {
  test('has 60 checks and more, each with a name and a rule of its section', () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-z]+\.[a-z0-9-]+$/.test(name))).toEqual([]);
    expect(allChecks.filter(({ rule }) => !/^[1-7] \S.{8,}/.test(rule))).toEqual([]);
  });

  test('each check has a fault under which it must fail, and each fault a check', () => {
    expect(Object.keys(faults).sort()).toEqual([...names].sort());
  });
});

describe('checks', () => {
  const verdicts = new Map<string, Verdict>();
  const failures = new Map<string, Verdict>();

  beforeAll(async () => {
    for (const verdict of await judge(allChecks, {}, 15_000, 8)) verdicts.set(verdict.name, verdict);
    const waiting = [...allChecks];
    const work = async (): Promise<void> => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const verdict = await underFault(one);
        if (verdict !== undefined) failures.set(one.name, verdict);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
  }, 120_000);

  test.each(names)('%s passes where every rule is kept, and fails where its own is not', (name) => {
    expect(verdicts.get(name)).toMatchObject({ outcome: 'ok' });
    const failure = failures.get(name);
    expect(failure).toMatchObject({ outcome: 'FAIL' });
    expect(failure?.expected).not.toBe('an answer');
  });
});
