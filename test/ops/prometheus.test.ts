// The meter, and what Prometheus reads of it: counters that count, gauges that look, histograms that sum.
import { describe, expect, test } from 'vitest';
import { metricTable } from '#contract/metrics';
import { createPrometheus } from '#ops/prometheus';

const linesOf = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));

describe('metrics', () => {
  test('every one of the table is shown, with its kind and its help; ours begin with hogmanay_', async () => {
    const { text } = await createPrometheus({}).read();
    for (const [name, { kind, help }] of Object.entries(metricTable)) {
      expect(name).toMatch(/^hogmanay_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`);
    }
  });

  test('counts add up by their labels, in the order of the table, and stay from one scrape to the next', async () => {
    const prometheus = createPrometheus({});
    prometheus.count('hogmanay_http_requests_total', 'inbox 200');
    prometheus.count('hogmanay_http_requests_total', 'inbox 200', 2);
    prometheus.count('hogmanay_http_requests_total', 'messages 429');
    prometheus.count('hogmanay_connections_opened_total');
    for (const _scrape of [1, 2]) {
      const { text, type } = await prometheus.read();
      expect(type).toMatch(/^text\/plain; version=/);
      expect(linesOf(text, 'hogmanay_http_requests_total')).toEqual([
        'hogmanay_http_requests_total{route="inbox",status="200"} 3',
        'hogmanay_http_requests_total{route="messages",status="429"} 1',
      ]);
      expect(linesOf(text, 'hogmanay_connections_opened_total')).toEqual(['hogmanay_connections_opened_total 1']);
    }
  });

  test('what is looked up is as it is at each scrape, and what is gone is gone', async () => {
    let state = 'warming';
    const prometheus = createPrometheus({ hogmanay_gateway_state: () => [[state, 1]] });
    expect(linesOf((await prometheus.read()).text, 'hogmanay_gateway_state')).toEqual([
      'hogmanay_gateway_state{state="warming"} 1',
    ]);
    state = 'serving';
    expect(linesOf((await prometheus.read()).text, 'hogmanay_gateway_state')).toEqual([
      'hogmanay_gateway_state{state="serving"} 1',
    ]);
  });

  test('seconds go into buckets', async () => {
    const prometheus = createPrometheus({});
    for (const seconds of [0.0015, 0.004, 30]) prometheus.observe('hogmanay_append_seconds', seconds);
    const lines = linesOf((await prometheus.read()).text, 'hogmanay_append_seconds');
    expect(lines).toContain('hogmanay_append_seconds_bucket{le="0.001"} 0');
    expect(lines).toContain('hogmanay_append_seconds_bucket{le="0.005"} 2');
    expect(lines).toContain('hogmanay_append_seconds_bucket{le="+Inf"} 3');
    expect(lines).toContain('hogmanay_append_seconds_count 3');
  });
});
