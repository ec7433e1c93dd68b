/**
 * `hogmanay trace MID`: asks every server what it knows of a message, and prints one way out of it, by time. Clocks of
 * several machines may differ; the order within one server is sure.
 */
import type { NodeTrace, TraceStep } from '#contract/trace';
import type { Surroundings } from '#cli/surroundings';
import type { TraceOptions } from '#cli/trace-options';

type Step = TraceStep & { readonly node: string };

const tokenTtlMs = 60_000;

const stepsOf = (traces: readonly NodeTrace[]): Step[] =>
  traces.flatMap(({ node, steps }) => steps.map((step) => ({ node, ...step }))).sort((one, other) => one.at - other.at);

/** One line a step: when, how long after the first, where, what. */
const lines = (steps: readonly Step[]): string => {
  const [first] = steps;
  const rows = steps.map(({ at, node, step, detail }) => ({
    time: new Date(at).toISOString().slice(11, 23),
    after: `+${at - (first?.at ?? at)} ms`,
    node,
    step,
    detail,
  }));
  const width = (cell: 'after' | 'node' | 'step'): number => Math.max(...rows.map((row) => row[cell].length));
  const [after, node, step] = [width('after'), width('node'), width('step')];
  const cells = rows.map((row) => [
    ...[row.time, row.after.padStart(after), row.node.padEnd(node)],
    ...[row.step.padEnd(step), row.detail],
  ]);
  return cells.map((line) => `${line.join('  ')}\n`).join('');
};

export const trace = async (options: TraceOptions, around: Surroundings): Promise<number> => {
  const { mid, json } = options;
  const nodes = options.urls ?? (await around.findNodes(options.services));
  const { data, secret } = options;
  const token = await around.signToken({
    ...{ user: 'operator', ttlMs: tokenTtlMs, admin: true, data },
    ...(secret === undefined ? {} : { secret }),
  });
  const asked = await Promise.all(nodes.map((url) => around.askTrace(url, mid, token)));
  const traces = asked.flatMap((answer) => ('error' in answer ? [] : [answer]));
  const silent = asked.flatMap((answer) => ('error' in answer ? [`${answer.url}: ${answer.error}`] : []));
  const steps = stepsOf(traces);
  const left = traces.reduce((sum, one) => sum + one.left, 0);
  const cause = traces.map((one) => one.cause).find((one) => one !== '') ?? '';
  if (json) around.out(`${JSON.stringify({ mid, cause, asked: nodes.length, silent, steps, left })}\n`);
  for (const line of silent) around.err(`no answer from ${line}\n`);
  if (steps.length === 0) {
    around.err(`${nodes.length - silent.length} of ${nodes.length} servers were asked: none remembers ${mid}\n`);
    return 1;
  }
  if (json) return 0;
  const head = cause === '' ? mid : `${mid}, caused by ${cause}`;
  const rest = left === 0 ? '' : `and ${left} steps more\n`;
  around.out(`${head}\n\n${lines(steps)}${rest}`);
  return 0;
};
