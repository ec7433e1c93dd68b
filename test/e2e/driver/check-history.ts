/** Checks of what is stored: against what was told to senders, against what was sent, and in itself. */
import { difference, sendKey } from '#test/e2e/driver/evidence';
import type { Evidence, Finding, Ledger } from '#test/e2e/driver/evidence';
import type { Send, Stored } from '#test/e2e/driver/frames';
import type { ConnectionRecord, Recording } from '#test/e2e/driver/log';

/** Each `stored` is in the history, once, with the number, mid and time that the sender was told. */
export function checkStored({ recordings }: Evidence, ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  const findings: Finding[] = [];
  for (const { user, connections } of recordings) {
    const told = connections.flatMap(({ traffic }) => traffic.map(({ frame }) => frame));
    for (const frame of told) {
      const ledger = frame.t === 'stored' ? ledgers.get(frame.conv) : undefined;
      if (frame.t !== 'stored' || ledger === undefined) continue;
      const text = contradiction(user, frame, ledger);
      if (text !== undefined) findings.push({ check: 'stored', conv: frame.conv, text: `${user} was told ${text}` });
    }
  }
  for (const ledger of ledgers.values()) {
    const doubled = [...ledger.entries.values()].filter(
      ({ seq, from, id }) => ledger.bySend.get(sendKey(from, id))?.seq !== seq,
    );
    for (const { seq, from, id } of doubled) {
      const first = ledger.bySend.get(sendKey(from, id))?.seq;
      findings.push({ check: 'stored', conv: ledger.conv, text: `${id} of ${from} has numbers ${first} and ${seq}` });
    }
  }
  return findings;
}

function contradiction(user: string, { id, seq, mid, at }: Stored, ledger: Ledger): string | undefined {
  const entry = ledger.entries.get(seq);
  const what = `number ${seq} for ${id}`;
  if (seq < ledger.first) return undefined;
  if (entry === undefined) return `${what}, which the history does not have`;
  if (entry.id !== id || entry.from !== user) return `${what}, where the history has ${entry.id} of ${entry.from}`;
  if (entry.mid !== mid) return `${what} with mid ${mid}, the history has ${entry.mid}`;
  if (entry.at !== at) return `${what} with time ${at}, the history has ${entry.at}`;
  return undefined;
}

/** Numbers are contiguous, from 1 for founders and from `since` for those who joined, and all readers agree. */
export function checkNumbers(ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  const findings: Finding[] = [];
  for (const { conv, readings, entries, last } of ledgers.values()) {
    for (const { user, since, messages } of readings) {
      const found = (text: string): number => findings.push({ check: 'numbers', conv, text: `${user} reads ${text}` });
      const wrong = messages.findIndex(({ seq }, index) => seq !== since + index);
      if (wrong >= 0) found(`number ${messages[wrong]?.seq} where ${since + wrong} is due`);
      if ((messages.at(-1)?.seq ?? since - 1) !== Math.max(last, since - 1)) found(`not up to ${last}`);
      const other = messages.find((message) => difference(message, entries.get(message.seq)) !== undefined);
      if (other) found(`number ${other.seq}, which ${difference(other, entries.get(other.seq))}`);
    }
  }
  return findings;
}

/** No body is there twice, and none is there that its sender did not send under this id. */
export function checkBodies({ recordings }: Evidence, ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  const findings: Finding[] = [];
  const senders = new Set(recordings.map(({ user }) => user));
  const sent = new Map<string, string>();
  for (const { user, frame } of sendsOf(recordings)) {
    const key = sendKey(user, frame.id);
    if (!sent.has(key)) sent.set(key, frame.body);
  }
  const seen = new Map<string, string>();
  for (const { conv, entries } of ledgers.values()) {
    for (const { seq, from, id, body, event } of entries.values()) {
      if (event !== undefined) continue;
      const place = `${conv} number ${seq}`;
      const earlier = seen.get(body);
      if (earlier !== undefined)
        findings.push({ check: 'bodies', conv, text: `${place} repeats the body of ${earlier}` });
      seen.set(body, place);
      if (senders.has(from) && sent.get(sendKey(from, id)) !== body)
        findings.push({ check: 'bodies', conv, text: `${place}: ${from} did not send this body as ${id}` });
    }
  }
  return findings;
}

function* sendsOf(recordings: readonly Recording[]): Generator<{ user: string; n: number; frame: Send }> {
  for (const { user, connections } of recordings)
    for (const { traffic } of connections)
      for (const { n, dir, frame } of traffic) if (dir === 'out' && frame.t === 'send') yield { user, n, frame };
}

/** Times never fall. */
export function checkTime(ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  const findings: Finding[] = [];
  for (const { conv, entries } of ledgers.values()) {
    let before = 0;
    for (const { seq, at } of entries.values()) {
      if (at < before)
        findings.push({ check: 'time', conv, text: `number ${seq} is of ${at}, the one before ${before}` });
      before = at;
    }
  }
  return findings;
}

/** Sends of one device to one conversation have rising numbers, and are answered in order; refused ones are out. */
export function checkOrder({ recordings }: Evidence, ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  const findings: Finding[] = [];
  for (const recording of recordings) {
    const frames = recording.connections.flatMap(({ traffic }) => traffic.map(({ frame }) => frame));
    const refused = new Set(frames.map((frame) => (frame.t === 'error' ? frame.id : undefined)));
    const highest = new Map<string, { id: string; seq: number }>();
    const seen = new Set<string>();
    for (const { user, frame } of sendsOf([recording])) {
      const seq = ledgers.get(frame.conv)?.bySend.get(sendKey(user, frame.id))?.seq;
      if (seq === undefined || refused.has(frame.id) || seen.has(frame.id)) continue;
      seen.add(frame.id);
      const before = highest.get(frame.conv);
      if (before === undefined || seq > before.seq) highest.set(frame.conv, { id: frame.id, seq });
      else {
        const text = `${user} sent ${frame.id} (number ${seq}) after ${before.id} (number ${before.seq})`;
        findings.push({ check: 'order', conv: frame.conv, text });
      }
    }
    for (const connection of recording.connections) findings.push(...answersOutOfOrder(recording, connection, refused));
  }
  return findings;
}

/** The first answer to a send counts: one that was answered `queued` is told `stored` when it is. */
function answersOutOfOrder(
  { user }: Recording,
  { traffic }: ConnectionRecord,
  refused: ReadonlySet<string | undefined>,
): Finding[] {
  const sentAt = new Map<string, number[]>();
  const answered = new Map<string, number>();
  const queued = new Set<string>();
  const findings: Finding[] = [];
  for (const { n, dir, frame } of traffic) {
    if (dir === 'out' && frame.t === 'send') sentAt.set(frame.id, [...(sentAt.get(frame.id) ?? []), n]);
    if (dir !== 'in' || (frame.t !== 'stored' && frame.t !== 'queued') || refused.has(frame.id)) continue;
    if (frame.t === 'queued') queued.add(frame.id);
    else if (queued.has(frame.id)) continue;
    const asked = sentAt.get(frame.id)?.shift();
    const before = answered.get(frame.conv) ?? 0;
    if (asked !== undefined && asked < before)
      findings.push({ check: 'order', conv: frame.conv, text: `${user}: ${frame.id} was answered after a later send` });
    if (asked !== undefined) answered.set(frame.conv, Math.max(asked, before));
  }
  return findings;
}
