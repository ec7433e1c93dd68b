/**
 * Every metric of a server, by name: what it counts, and by which labels. `GET /metrics` of the operations listener
 * shows them, docs/operations.md says what they are for; a test compares the three.
 */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Names of labels; a count is given their values in this order, a space between two. */
  readonly labels: readonly string[];
  readonly help: string;
}

const row = <Kind extends MetricRow['kind']>(kind: Kind, help: string, ...labels: string[]) => ({ kind, labels, help });

export const metricTable = {
  hogmanay_connections: row('gauge', 'WebSockets that are open'),
  hogmanay_connections_opened_total: row('counter', 'WebSockets accepted'),
  hogmanay_connections_closed_total: row('counter', 'WebSockets closed by the server, by close code', 'code'),
  hogmanay_frames_received_total: row('counter', 'Frames that clients sent and that were understood', 'type'),
  hogmanay_frames_sent_total: row('counter', 'Frames sent to clients', 'type'),
  hogmanay_errors_total: row('counter', 'Error frames sent to clients', 'code'),
  hogmanay_http_requests_total: row('counter', 'HTTP requests answered', 'route', 'status'),
  hogmanay_rate_limited_total: row('counter', 'Sends and HTTP requests refused over a rate, by its limit', 'limit'),
  hogmanay_messages_stored_total: row('counter', 'Entries that were given a number'),
  hogmanay_messages_duplicate_total: row('counter', 'Repeated sends that were answered with their first number'),
  hogmanay_append_conflicts_total: row('counter', 'Appends that another writer won'),
  hogmanay_append_failures_total: row('counter', 'Appends that the store did not take'),
  hogmanay_append_seconds: row('histogram', 'From handing a group to the store until its outcome'),
  hogmanay_calls_total: row(
    'counter',
    'Calls of outside resources, by how they ended: fine, failed, refused by the breaker, again, late',
    'resource',
    'outcome',
  ),
  hogmanay_actors: row('gauge', 'Actors alive, by the root of their tree, itself included', 'root'),
  hogmanay_dead_letters_total: row('counter', 'What could not be delivered to an actor', 'reason'),
  hogmanay_gateway_state: row('gauge', '1 for the state the gateway is in', 'state'),
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricTable;

type NamesOf<Kind extends MetricRow['kind']> = {
  [Name in MetricName]: (typeof metricTable)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

/** What those who count are handed: cheap enough for each frame. */
export interface Meter {
  /** One more; `labels` are the values, a space between two. */
  count(name: NamesOf<'counter'>, labels?: string, by?: number): void;
  observe(name: NamesOf<'histogram'>, value: number): void;
}

/** Counts nothing. */
export const noMeter: Meter = { count: () => undefined, observe: () => undefined };
