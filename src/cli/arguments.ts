/**
 * Arguments and environment of one command as raw text, by option: `--ops-port 1` and HOGMANAY_OPS_PORT=1 are the same,
 * and the argument wins. What the text means is for options.ts.
 */
import { parseArgs } from 'node:util';
import { nearest, UsageError } from '#cli/usage';

export type Env = Readonly<Record<string, string | undefined>>;

export type OptionKind =
  /** Needs a value. */
  | 'value'
  /** Takes none. */
  | 'flag'
  /** May have one, written with `=`. */
  | 'flag-or-value';

export interface Given {
  readonly positionals: readonly string[];
  /** The last value of an option, and where it came from (`--port`, `HOGMANAY_PORT`). */
  one(option: string): { readonly text: string; readonly source: string } | undefined;
  all(option: string): readonly { readonly text: string; readonly source: string }[];
}

export const envName = (option: string): string => `HOGMANAY_${option.toUpperCase().replaceAll('-', '_')}`;

const valueOf = (option: string, kind: OptionKind, value: string | undefined): string => {
  if (kind === 'value' && (value === undefined || value === '')) throw new UsageError(`--${option} needs a value`);
  if (kind === 'flag' && value !== undefined) throw new UsageError(`--${option} takes no value`);
  return value ?? 'yes';
};

export const readArguments = (
  argv: readonly string[],
  env: Env,
  known: Readonly<Record<string, OptionKind>>,
): Given => {
  const types = Object.entries(known).map(([name, kind]): [string, { type: 'string' | 'boolean' }] => [
    name,
    { type: kind === 'value' ? 'string' : 'boolean' },
  ]);
  const options = Object.fromEntries(types);
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, { text: string; source: string }[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const kind = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (kind === undefined || !token.rawName.startsWith('--')) {
      throw new UsageError(
        `unknown option ${token.rawName}: did you mean --${nearest(token.name, Object.keys(known))}?`,
      );
    }
    const values = given.get(token.name) ?? [];
    values.push({ text: valueOf(token.name, kind, token.value), source: token.rawName });
    given.set(token.name, values);
  }
  const all = (option: string) => {
    const fromEnv = env[envName(option)];
    const inherited = fromEnv === undefined || fromEnv === '' ? [] : [{ text: fromEnv, source: envName(option) }];
    return [...inherited, ...(given.get(option) ?? [])];
  };
  return { positionals, all, one: (option) => all(option).at(-1) };
};
