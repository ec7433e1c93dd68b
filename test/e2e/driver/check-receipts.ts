/**
 * Checks of receipts and typing: positions never fall on a connection, are never ahead of what the user said by then,
 * and reach nobody who is out. One pass over everything that went over the wire, in its order.
 */
import type { Evidence, Finding, Ledger } from '#test/e2e/driver/evidence';
import type { ClientFrame, Receipt, ServerFrame } from '#test/e2e/driver/frames';
import type { ConnectionRecord } from '#test/e2e/driver/log';

type AnyReceipt = Receipt<'delivered'> | Receipt<'read'>;

interface Step {
  readonly n: number;
  readonly user: string;
  readonly device: string;
  readonly connection: ConnectionRecord;
  readonly frame: ServerFrame | ClientFrame;
  readonly dir: 'in' | 'out';
}

/** What users have said so far, and what each connection was told. */
class Truth {
  /** The highest number by kind, conversation and user. */
  readonly #said = new Map<string, number>();
  readonly #told = new Map<ConnectionRecord, Map<string, number>>();

  raise(kind: string, conv: string, user: string, seq: number): void {
    const key = `${kind} ${user} ${conv}`;
    this.#said.set(key, Math.max(this.#said.get(key) ?? 0, seq));
  }

  said(kind: string, conv: string, user: string): number {
    return this.#said.get(`${kind} ${user} ${conv}`) ?? 0;
  }

  /** What the connection was told before; takes note of this. */
  toldBefore(connection: ConnectionRecord, { t, conv, user, seq }: AnyReceipt): number {
    const told = this.#told.get(connection) ?? new Map<string, number>();
    this.#told.set(connection, told);
    const before = told.get(`${t} ${user} ${conv}`) ?? 0;
    told.set(`${t} ${user} ${conv}`, Math.max(before, seq));
    return before;
  }
}

const stepsOf = ({ recordings }: Evidence): Step[] => {
  const steps: Step[] = [];
  for (const { user, device, connections } of recordings)
    for (const connection of connections)
      for (const { n, dir, frame } of connection.traffic) steps.push({ n, user, device, connection, frame, dir });
  return steps.sort((one, other) => one.n - other.n);
};

export function checkReceipts(evidence: Evidence, ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  const truth = new Truth();
  const findings: Finding[] = [];
  const out = new Set<string>();
  for (const step of stepsOf(evidence)) {
    const { user, device, connection, frame, dir } = step;
    const seat = (conv: string): string => `${connection.traffic[0]?.n} ${conv}`;
    if (dir === 'out') note(truth, user, frame as ClientFrame);
    else if (frame.t === 'removed') out.add(seat(frame.conv));
    else if (frame.t === 'opened') out.delete(seat(frame.conv));
    else if (frame.t === 'delivered' || frame.t === 'read') {
      const received = frame as AnyReceipt;
      const text = faultOf(truth, ledgers.get(received.conv), step, received, out.has(seat(received.conv)));
      if (text !== undefined)
        findings.push({ check: 'receipts', conv: received.conv, text: `${user}/${device} #${step.n}: ${text}` });
    } else if (frame.t === 'typing' && 'user' in frame && (frame.user === user || out.has(seat(frame.conv))))
      findings.push({
        check: 'typing',
        conv: frame.conv,
        text: `${user}/${device} #${step.n}: typing of ${frame.user}`,
      });
  }
  return findings;
}

const note = (truth: Truth, user: string, frame: ClientFrame): void => {
  if (frame.t === 'ack') truth.raise('delivered', frame.conv, user, frame.seq);
  else if (frame.t === 'read') truth.raise('read', frame.conv, user, frame.seq);
  else if (frame.t === 'hello')
    for (const [conv, seq] of Object.entries(frame.cursors ?? {})) truth.raise('delivered', conv, user, seq);
};

const faultOf = (
  truth: Truth,
  ledger: Ledger | undefined,
  { user, connection }: Step,
  receipt: AnyReceipt,
  isOut: boolean,
): string | undefined => {
  const { t, conv, user: whose, seq } = receipt;
  const before = truth.toldBefore(connection, receipt);
  if (isOut) return `${t} of ${whose} after \`removed\``;
  if (t === 'delivered' && whose === user) return 'its own `delivered`';
  if (seq < before) return `${t} of ${whose} falls from ${before} to ${seq}`;
  const wrote = t === 'read' && ledger?.entries.get(seq)?.from === whose;
  const said = truth.said(t, conv, whose);
  return seq > said && !wrote && ledger !== undefined ? `${t} of ${whose} is ${seq}, ahead of ${said}` : undefined;
};
