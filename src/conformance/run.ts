/** Runs checks, several side by side, each on a stage of its own, and says of each whether its rule holds. */
import type { Check, Need } from '#conformance/check';
import { Stage } from '#conformance/stage';
import type { Tokens } from '#conformance/tokens';
import { NotTried, Unmet } from '#conformance/unmet';

export interface RunOptions {
  readonly base: string;
  readonly tokens: Tokens;
  /** Milliseconds for one check, on top of what it waits by the protocol. */
  readonly timeoutMs: number;
  readonly slow: boolean;
  /** How many checks run at once. */
  readonly parallel: number;
}

export interface Verdict {
  readonly name: string;
  readonly rule: string;
  readonly outcome: 'ok' | 'FAIL' | 'skip';
  readonly ms: number;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly expected?: string;
  readonly came?: string;
  /** The last that went over the wire. */
  readonly last?: readonly string[];
}

const lastLines = 12;

const missing = ({ needs }: Check, { tokens, slow }: RunOptions): string | undefined => {
  const reasons: Record<Need, string | undefined> = {
    key: tokens.fresh ? undefined : 'it needs the signing key (--secret-env or --data): fresh users or forged tokens',
    slow: slow ? undefined : 'it waits long: ask for it with --slow',
  };
  return needs.map((need) => reasons[need]).find((reason) => reason !== undefined);
};

const judged = (error: unknown): Pick<Verdict, 'outcome' | 'reason' | 'expected' | 'came'> => {
  if (error instanceof NotTried) return { outcome: 'skip', reason: error.message };
  if (error instanceof Unmet) return { outcome: 'FAIL', expected: error.expected, came: error.came };
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const text = error instanceof Error ? `${error.message}${cause}` : String(error);
  return { outcome: 'FAIL', expected: 'an answer', came: text };
};

const runOne = async (check: Check, options: RunOptions): Promise<Verdict> => {
  const { name, rule } = check;
  const reason = missing(check, options);
  if (reason !== undefined) return { name, rule, outcome: 'skip', ms: 0, reason };
  const began = Date.now();
  const { base, tokens, timeoutMs } = options;
  const stage = new Stage({ base, tokens, withinMs: timeoutMs + check.waitsMs });
  try {
    await check.run(stage);
    stage.judge();
    return { name, rule, outcome: 'ok', ms: Date.now() - began };
  } catch (error) {
    const verdict = judged(error);
    const last = verdict.outcome === 'FAIL' ? { last: stage.story.slice(-lastLines) } : {};
    return { name, rule, ms: Date.now() - began, ...verdict, ...last };
  } finally {
    stage.end();
  }
};

/** The verdicts in the order in which the checks ended; each is told as it comes. */
export const runChecks = async (
  checks: readonly Check[],
  options: RunOptions,
  tell: (verdict: Verdict) => void = () => undefined,
): Promise<Verdict[]> => {
  const waiting = [...checks];
  const verdicts: Verdict[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const verdict = await runOne(next, options);
      verdicts.push(verdict);
      tell(verdict);
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  return verdicts;
};
