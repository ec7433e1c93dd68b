/**
 * Checks that `resumed` was exact: it goes on from the cursor, and exactly its numbers, minus those answered on this
 * connection, came before it; and that nothing which had been shown to anybody before `hello` was left out.
 */
import { missingIn } from '#test/e2e/driver/evidence';
import type { CheckName, Evidence, Finding, Ledger } from '#test/e2e/driver/evidence';
import type { Resumed } from '#test/e2e/driver/frames';
import type { ConnectionRecord, Recording } from '#test/e2e/driver/log';

/** The highest number of a conversation that any client had been told of before the n-th moment of the run. */
type KnownBefore = (conv: string, n: number) => number;

export function checkResumed(
  { recordings, storeWasAway = false }: Evidence,
  ledgers: ReadonlyMap<string, Ledger>,
): Finding[] {
  const known = knownBefore(recordings);
  return recordings.flatMap((recording) =>
    recording.connections.flatMap((connection, index) =>
      new ConnectionCheck(recording, connection, index, ledgers, known, storeWasAway).run(),
    ),
  );
}

function knownBefore(recordings: readonly Recording[]): KnownBefore {
  const told: { n: number; conv: string; seq: number }[] = [];
  for (const { connections } of recordings)
    for (const { traffic } of connections)
      for (const { n, frame } of traffic)
        if (frame.t === 'stored' || frame.t === 'message') told.push({ n, conv: frame.conv, seq: frame.seq });
  told.sort((one, other) => one.n - other.n);
  const steps = new Map<string, { n: number; seq: number }[]>();
  for (const { n, conv, seq } of told) {
    const list = steps.get(conv) ?? [];
    if (seq > (list.at(-1)?.seq ?? 0)) list.push({ n, seq });
    steps.set(conv, list);
  }
  return (conv, n) => steps.get(conv)?.findLast((step) => step.n < n)?.seq ?? 0;
}

class ConnectionCheck {
  readonly #findings: Finding[] = [];
  readonly #shown = new Map<string, Set<number>>();
  readonly #stored = new Map<string, Set<number>>();
  readonly #settled = new Set<string>();
  #isReady = false;
  #saidHelloAt = 0;

  constructor(
    readonly recording: Recording,
    readonly connection: ConnectionRecord,
    readonly index: number,
    readonly ledgers: ReadonlyMap<string, Ledger>,
    readonly known: KnownBefore,
    readonly mayBeLate: boolean,
  ) {}

  run(): Finding[] {
    for (const { n, dir, frame } of this.connection.traffic) {
      if (dir === 'out' && frame.t === 'hello' && this.#saidHelloAt === 0) this.#saidHelloAt = n;
      if (dir === 'out') continue;
      if (frame.t === 'message') this.#note(this.#shown, frame.conv, frame.seq);
      if (frame.t === 'stored') this.#note(this.#stored, frame.conv, frame.seq);
      if (frame.t === 'resumed') this.#resumed(frame);
      if (frame.t === 'removed') this.#settled.add(frame.conv);
      if (frame.t === 'ready') this.#ready();
    }
    return this.#findings;
  }

  #note(map: Map<string, Set<number>>, conv: string, seq: number): void {
    map.set(conv, (map.get(conv) ?? new Set()).add(seq));
  }

  #found(conv: string, text: string, check: CheckName = 'resumed'): void {
    const { user, device } = this.recording;
    this.#findings.push({ check, conv, text: `${user}/${device}@${this.index + 1} ${text}` });
  }

  #ready(): void {
    this.#isReady = true;
    for (const conv of this.connection.cursors?.keys() ?? [])
      if (!this.#settled.has(conv)) this.#found(conv, 'was named in cursors and had no `resumed` before `ready`');
  }

  #resumed(frame: Resumed): void {
    const { conv, from, to, recovered } = frame;
    const what = `\`resumed\` ${from}-${to}`;
    const isFirst = !this.#settled.has(conv);
    this.#settled.add(conv);
    if (!recovered) return this.#left(frame, isFirst && !this.#isReady);
    if (!isFirst || this.#isReady) this.#found(conv, `${what}: came again, recovered, after the replay`);
    else this.#bounds(frame);
    const shown = this.#shown.get(conv) ?? new Set();
    const stored = this.#stored.get(conv) ?? new Set();
    const missing = missingIn(from, to, (seq) => shown.has(seq) || stored.has(seq));
    if (missing !== undefined) this.#found(conv, `${what}: without ${missing}`);
    const outside = [...shown].filter((seq) => seq < from || seq > to);
    if (isFirst && outside.length > 0) this.#found(conv, `${what}: after ${outside.join(', ')}, outside of it`);
  }

  /** An announced gap: at the start instead of a replay, later between what was shown and what comes. */
  #left(frame: Resumed, isStart: boolean): void {
    const { conv, from, to } = frame;
    const cursor = this.connection.cursors?.get(conv);
    const what = `\`resumed\` ${from}-${to}, not recovered`;
    if (to < from) {
      if (to !== from - 1) this.#found(conv, `${what}: is no range`);
      if (cursor === undefined || cursor <= to)
        this.#found(conv, `${what}: the cursor ${cursor} is not beyond the end`);
      return;
    }
    const shown = [...(this.#shown.get(conv) ?? [])].filter((seq) => seq >= from);
    if (shown.length > 0) this.#found(conv, `${what}: after ${shown.join(', ')} had been shown`);
    if (isStart) this.#bounds(frame);
  }

  #bounds({ conv, since, from, to, recovered }: Resumed): void {
    const what = `\`resumed\` ${from}-${to}`;
    const { user } = this.recording;
    const ledger = this.ledgers.get(conv);
    if (ledger && !ledger.couldStart(user, since)) this.#found(conv, `${what}: since ${since} is no start of ${user}`);
    if (ledger && to > ledger.last) this.#found(conv, `${what}: goes beyond the last number ${ledger.last}`);
    const cursor = this.connection.cursors?.get(conv);
    if (cursor === undefined) {
      if (to < from) this.#found(conv, `${what}: was not named and misses nothing`);
      const first = Math.min(...(this.#shown.get(conv) ?? []));
      if (recovered && Number.isFinite(first) && first !== from) this.#found(conv, `${what}: began with ${first}`);
      return;
    }
    const due = Math.max(cursor + 1, since);
    if (from !== due) this.#found(conv, `${what}: does not go on from cursor ${cursor} (since ${since})`);
    if (to < from - 1) this.#found(conv, `${what}: is no range`);
    const told = this.known(conv, this.#saidHelloAt);
    const comes = this.#gapFollows(conv, to + 1) || (this.mayBeLate && this.#comesLater(conv, to + 1));
    if (to < told && !comes)
      this.#found(conv, `${what}: ends below ${told}, which a client knew before this \`hello\``);
  }

  /** Or the connection ended before it could. */
  #comesLater(conv: string, seq: number): boolean {
    const { traffic, closed } = this.connection;
    const comes = traffic.some(
      ({ dir, frame }) =>
        dir === 'in' && (frame.t === 'message' || frame.t === 'stored') && frame.conv === conv && frame.seq === seq,
    );
    return comes || closed !== null;
  }

  /** A replay that paused for a full window may end there, with the rest announced as a gap. */
  #gapFollows(conv: string, start: number): boolean {
    return this.connection.traffic.some(
      ({ dir, frame }) =>
        dir === 'in' && frame.t === 'resumed' && frame.conv === conv && !frame.recovered && frame.from === start,
    );
  }
}
