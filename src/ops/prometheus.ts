/**
 * The meter of a server, and what Prometheus reads of it. Counting is a number in a map; words and labels are made when
 * somebody asks.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metricTable } from '#contract/metrics';
import type { Meter, MetricName, MetricRow } from '#contract/metrics';

/** Upper bounds in seconds: from a commit in memory to a disk that is in trouble. */
const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** What is not counted but looked up, by name: values by labels, as `count` takes them. */
export type Sources = Readonly<Partial<Record<MetricName, () => Iterable<readonly [labels: string, value: number]>>>>;

export interface Prometheus extends Meter {
  read(): Promise<{ readonly type: string; readonly text: string }>;
}

const labelled = (names: readonly string[], text: string): Record<string, string> => {
  const values = text.split(' ');
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
};

/** Counters that count, gauges that look, and the defaults of the process: event loop, memory, CPU. */
export const createPrometheus = (sources: Sources): Prometheus => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counts = new Map<string, Map<string, number>>();
  const histograms = new Map<string, Histogram>();
  const valuesOf = (name: MetricName) => sources[name]?.() ?? counts.get(name) ?? [];

  for (const [name, row] of Object.entries(metricTable) as [MetricName, MetricRow][]) {
    const { kind, help, labels } = row;
    const base = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'histogram') histograms.set(name, new Histogram({ ...base, buckets }));
    else if (kind === 'gauge') {
      const gauge: Gauge = new Gauge({
        ...base,
        collect: () => {
          gauge.reset();
          for (const [text, value] of valuesOf(name)) gauge.set(labelled(labels, text), value);
        },
      });
    } else {
      const counter: Counter = new Counter({
        ...base,
        collect: () => {
          counter.reset();
          for (const [text, value] of valuesOf(name)) counter.inc(labelled(labels, text), value);
        },
      });
    }
  }

  return {
    count: (name, labels = '', by = 1) => {
      const values = counts.get(name) ?? new Map<string, number>();
      if (values.size === 0) counts.set(name, values);
      values.set(labels, (values.get(labels) ?? 0) + by);
    },
    observe: (name, value) => histograms.get(name)?.observe(value),
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
};
