/** `hogmanay conformance URL`, from plain options to the exit status: does this server keep docs/protocol.md? */
import type { Fault, FaultEffect } from '#contract/effects';
import { allChecks } from '#conformance/all';
import type { Check } from '#conformance/check';
import { documentOf, lastLineOf, lineOf, listOf } from '#conformance/report';
import { runChecks } from '#conformance/run';
import { tokensByKey, tokensOfFile } from '#conformance/tokens';

export interface ConformanceOptions {
  /** `http://HOST:PORT`, or `https`, without a slash at the end. */
  readonly url: string;
  /** Whom the checks speak as: fresh users by the signing key, or those of a file. */
  readonly tokens: { readonly key: string } | { readonly byUser: Readonly<Record<string, string>> };
  /** Names, or areas (`hello` for all of `hello.…`); all when empty. */
  readonly only: readonly string[];
  /** Milliseconds for one check, on top of what the protocol makes it wait. */
  readonly timeoutMs: number;
  readonly slow: boolean;
  readonly list: boolean;
  readonly json: boolean;
}

interface Printing {
  out(text: string): void;
  err(text: string): void;
}

/** Answers the exit status: 0 with no failure, else 1. */
export type Conform = (options: ConformanceOptions, printing: Printing) => Promise<number>;

/** How many checks run side by side where their users have nothing to do with each other. */
const atOnce = 8;

/** How long the first contact may take. */
const contactMs = 5_000;

class NoSuchCheck extends Error implements Fault {
  readonly code = 'cli.usage';
  readonly effect: FaultEffect = 'none';
}

const isNamed = ({ name }: Check, wanted: string): boolean => name === wanted || name.startsWith(`${wanted}.`);

/** The checks asked for; throws where one is asked for that is not there. */
const chosen = (only: readonly string[]): readonly Check[] => {
  for (const wanted of only) {
    if (!allChecks.some((one) => isNamed(one, wanted))) {
      throw new NoSuchCheck(`no check ${wanted}: hogmanay conformance --list prints them`);
    }
  }
  return only.length === 0 ? allChecks : allChecks.filter((one) => only.some((wanted) => isNamed(one, wanted)));
};

/** Why the server cannot be reached; undefined when something answers. */
const unreachable = async (url: string): Promise<string | undefined> => {
  try {
    await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(contactMs) });
    return undefined;
  } catch (error) {
    const { cause, message } = error as Error;
    return cause instanceof Error && cause.message !== '' ? cause.message : message;
  }
};

export const conform: Conform = async ({ url, tokens, only, timeoutMs, slow, list, json }, printing) => {
  const checks = chosen(only);
  if (list) {
    printing.out(listOf(checks));
    return 0;
  }
  const why = await unreachable(url);
  if (why !== undefined) {
    printing.err(`hogmanay: cannot reach ${url}: ${why}\n`);
    return 1;
  }
  const issuer = 'key' in tokens ? tokensByKey(tokens.key) : tokensOfFile(tokens.byUser);
  const parallel = issuer.fresh ? atOnce : 1;
  const verdicts = await runChecks(checks, { base: url, tokens: issuer, timeoutMs, slow, parallel }, (verdict) => {
    if (!json) printing.out(lineOf(verdict));
  });
  printing.out(json ? documentOf(url, verdicts) : lastLineOf(verdicts));
  return verdicts.some(({ outcome }) => outcome === 'FAIL') ? 1 : 0;
};
