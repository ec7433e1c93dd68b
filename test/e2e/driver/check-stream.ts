/**
 * Checks of what a device was shown: on each connection every number in order and once, left out only what it got
 * `stored` for or what was announced; and over all its connections everything from where it started to the end.
 */
import { difference, missingIn } from '#test/e2e/driver/evidence';
import type { Evidence, Finding, Ledger } from '#test/e2e/driver/evidence';
import type { FrameNamed, HistoryPage, Opened, Resumed, ServerFrame } from '#test/e2e/driver/frames';
import type { ConnectionRecord, Recording } from '#test/e2e/driver/log';

/** What one connection saw of one conversation. */
interface Stretch {
  /** Everything up to here was shown, answered or announced; undefined until the first number. */
  upTo: number | undefined;
  readonly stored: Set<number>;
  isRemoved: boolean;
}

/** What one device holds of one conversation, over all its connections. */
interface Holding {
  from: number;
  readonly held: Set<number>;
  readonly gaps: Resumed[];
  isRemoved: boolean;
}

export function checkStreams({ recordings }: Evidence, ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  return recordings.flatMap((recording) => new DeviceCheck(recording, ledgers).run());
}

class DeviceCheck {
  readonly #findings: Finding[] = [];
  readonly #holdings = new Map<string, Holding>();
  /** Ids that earlier connections sent already: their repeats may come back as messages. */
  readonly #sentBefore = new Set<string>();
  #sentHere = new Set<string>();
  #stretches = new Map<string, Stretch>();
  #where = '';

  constructor(
    readonly recording: Recording,
    readonly ledgers: ReadonlyMap<string, Ledger>,
  ) {}

  run(): Finding[] {
    const { user, device, connections } = this.recording;
    connections.forEach((connection, index) => {
      this.#where = `${user}/${device}@${index + 1}`;
      this.#sentHere = new Set();
      this.#stretches = this.#starts(connection);
      for (const { dir, frame } of connection.traffic) {
        if (dir === 'out') {
          if (frame.t === 'send') this.#sentHere.add(frame.id);
        } else this.#look(frame);
      }
      for (const id of this.#sentHere) this.#sentBefore.add(id);
    });
    for (const [conv, holding] of this.#holdings) this.#complete(conv, holding);
    return this.#findings;
  }

  /** A conversation that `hello` named goes on after its cursor, or after `since` where that is higher. */
  #starts({ cursors, traffic }: ConnectionRecord): Map<string, Stretch> {
    const resumed = new Map<string, number>();
    for (const { dir, frame } of traffic)
      if (dir === 'in' && frame.t === 'resumed' && !resumed.has(frame.conv)) resumed.set(frame.conv, frame.from);
    const stretches = new Map<string, Stretch>();
    for (const [conv, cursor] of cursors ?? []) {
      const upTo = (resumed.get(conv) ?? cursor + 1) - 1;
      stretches.set(conv, { upTo, stored: new Set(), isRemoved: false });
    }
    return stretches;
  }

  #found(conv: string, text: string): void {
    this.#findings.push({ check: 'stream', conv, text: `${this.#where} ${text}` });
  }

  #stretch(conv: string): Stretch {
    const stretch = this.#stretches.get(conv) ?? { upTo: undefined, stored: new Set(), isRemoved: false };
    this.#stretches.set(conv, stretch);
    return stretch;
  }

  #holding(conv: string, from: number): Holding {
    const holding = this.#holdings.get(conv) ?? { from, held: new Set(), gaps: [], isRemoved: false };
    this.#holdings.set(conv, holding);
    return holding;
  }

  #look(frame: ServerFrame): void {
    if (frame.t === 'message') this.#message(frame);
    if (frame.t === 'stored') {
      this.#stretch(frame.conv).stored.add(frame.seq);
      this.#holding(frame.conv, frame.seq).held.add(frame.seq);
    }
    if (frame.t === 'resumed') this.#resumed(frame);
    if (frame.t === 'opened') this.#opened(frame);
    if (frame.t === 'history') this.#page(frame);
    if (frame.t === 'removed') {
      this.#stretch(frame.conv).isRemoved = true;
      this.#holding(frame.conv, 1).isRemoved = true;
    }
  }

  #opened({ id, conv, since, seq }: Opened): void {
    if (id !== undefined && seq >= since) return;
    const known = this.#stretches.get(conv);
    if (known === undefined || known.isRemoved || (known.upTo ?? 0) < since - 1)
      this.#stretches.set(conv, { upTo: since - 1, stored: known?.stored ?? new Set(), isRemoved: false });
    const holding = this.#holding(conv, since);
    if (holding.isRemoved) holding.from = since;
    holding.isRemoved = false;
  }

  #message(frame: FrameNamed<'message'>): void {
    const { conv, seq, from, id } = frame;
    const stretch = this.#stretch(conv);
    const ledger = this.ledgers.get(conv);
    const differs = ledger && seq >= ledger.first ? difference(frame, ledger.entries.get(seq)) : undefined;
    if (differs !== undefined) this.#found(conv, `got number ${seq}, which ${differs}`);
    if (stretch.isRemoved) this.#found(conv, `got number ${seq} after \`removed\``);
    if (stretch.upTo !== undefined && seq <= stretch.upTo)
      this.#found(conv, `got number ${seq} after number ${stretch.upTo}`);
    this.#skipped(stretch, conv, seq - 1, `number ${seq}`);
    const isOwn = from === this.recording.user && this.#sentHere.has(id) && !this.#sentBefore.has(id);
    if (isOwn) this.#found(conv, `got number ${seq}, its own send of this connection, as a message`);
    stretch.upTo = Math.max(stretch.upTo ?? 0, seq);
    this.#holding(conv, seq).held.add(seq);
  }

  /** Numbers up to `to` that were neither shown nor answered on this connection. */
  #skipped({ upTo, stored }: Stretch, conv: string, to: number, before: string): void {
    if (upTo === undefined) return;
    const missing = missingIn(upTo + 1, to, (seq) => stored.has(seq));
    if (missing !== undefined) this.#found(conv, `got ${before} without ${missing}`);
  }

  #resumed(frame: Resumed): void {
    const { conv, from, to, recovered } = frame;
    const stretch = this.#stretch(conv);
    const holding = this.#holding(conv, from);
    if (recovered) this.#skipped(stretch, conv, to, '`resumed`');
    else {
      this.#skipped(stretch, conv, from - 1, `the gap ${from}-${to}`);
      holding.gaps.push(frame);
    }
    stretch.upTo = Math.max(stretch.upTo ?? 0, to);
    if (!recovered && to < from) for (const seq of holding.held) if (seq > to) holding.held.delete(seq);
  }

  /** A page fills announced gaps, and shows what the history has at the end. */
  #page({ conv, messages }: HistoryPage): void {
    const ledger = this.ledgers.get(conv);
    for (const message of messages) {
      const differs =
        ledger && message.seq >= ledger.first ? difference(message, ledger.entries.get(message.seq)) : null;
      if (differs) this.#found(conv, `read number ${message.seq}, which ${differs}`);
      const holding = this.#holdings.get(conv);
      if (holding?.gaps.some(({ from, to }) => message.seq >= from && message.seq <= to)) holding.held.add(message.seq);
    }
  }

  #complete(conv: string, { from, held, isRemoved }: Holding): void {
    const { user, device } = this.recording;
    const ledger = this.ledgers.get(conv);
    const since = ledger?.sinceOf(user);
    if (ledger === undefined || since === undefined || isRemoved) return;
    this.#where = `${user}/${device}`;
    const missing = missingIn(Math.max(from, since), ledger.last, (seq) => held.has(seq));
    if (missing !== undefined) this.#found(conv, `was never shown ${missing}`);
  }
}
