/**
 * Receipts: how far members have got, told to the authors of the numbers newly covered. What comes within a moment is
 * told together. The port says what each position was before, so that several nodes never tell the same twice.
 */
import type { Entry, Seq, User } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { Receipt } from '#contract/ports/bus';
import { nowhere, raised } from '#contract/ports/receipts';
import type { Raised, Reaching } from '#contract/ports/receipts';
import { memberNow } from '#actors/conversation/roster';
import type { Covered, Hands, Own, Receipts } from '#actors/conversation/state';
import type { Read, Standing } from '#actors/messages';

export const noReceipts = (): Receipts => ({
  reaching: new Map(),
  raising: new Set(),
  retrying: [],
  due: { delivered: new Map(), read: new Map() },
  authors: new Map(),
  armed: false,
  typed: new Map(),
});

/** Nothing would be lost if the actor went now. */
export const isQuiet = ({ reaching, due }: Receipts): boolean =>
  reaching.size + due.delivered.size + due.read.size === 0;

const isSmall = ({ kit, state }: Hands): boolean => state.roster.size <= kit.limits['receipts.members'];

/** A look at what has come together, a moment from now. */
const arm = ({ kit, state, ctx }: Hands, afterMs = kit.limits['receipts.everyMs']): void => {
  if (state.receipts.armed) return;
  state.receipts.armed = true;
  ctx.after('receipts', afterMs, { t: 'receipts' });
};

const collect = ({ state }: Hands, { user, delivered = 0, read = 0 }: Reaching): void => {
  const known = state.receipts.reaching.get(user) ?? nowhere;
  state.receipts.reaching.set(user, raised(known, { user, delivered, read }));
};

/** A device holds everything up to `seq`. In a large conversation nobody asks. */
export const delivered = (hands: Hands, user: User, seq: Seq): void => {
  if (hands.state.roster.version >= 0 && !isSmall(hands)) return;
  collect(hands, { user, delivered: seq });
  arm(hands);
};

/** After a strong read: the number may be one beyond the end. */
export const read = (hands: Hands, { asker, seq }: Read, { last }: Standing): void => {
  const { kit, state, ctx } = hands;
  if (seq > last) {
    const why = fault('conversation.bad_seq', `the last number is ${last}`);
    return void asker.reply.tell({ t: 'refused', conv: state.conv, of: 'read', id: null, fault: why });
  }
  const raising = kit.ports.receipts.raise(state.conv, [{ user: asker.user, read: seq }]);
  ctx.start(raising, (outcome) => ({ t: 'read-raised', asker, outcome }));
};

/** Whoever asked must know when it failed: nobody else will ask again. */
export const readCame = (hands: Hands, { asker, outcome }: Extract<Own, { t: 'read-raised' }>): void => {
  const { conv } = hands.state;
  if (outcome.ok) {
    asker.reply.tell({ t: 'read-done' });
    coverAll(hands, outcome.value, () => asker.connection);
  } else asker.reply.tell({ t: 'refused', conv, of: 'read', id: null, fault: outcome.fault });
};

/** Entries were stored: whoever wrote one has read up to it. */
export const wrote = (hands: Hands, entries: readonly Entry[], origins: ReadonlyMap<User, string>): void => {
  const { kit, state, ctx } = hands;
  if (entries.length === 0) return;
  noteAuthors(hands, entries);
  const reached = new Map(entries.map(({ from, seq }) => [from, seq]));
  const reaching = [...reached].map(([user, seq]) => ({ user, read: seq }));
  const stretch = { from: entries[0]?.seq ?? 0 };
  state.receipts.raising.add(stretch);
  const raising = kit.ports.receipts.raise(state.conv, reaching);
  ctx.start(raising, (outcome) => ({ t: 'wrote', stretch, reaching, origins, outcome }));
};

/** What could not be raised is tried again, together with what comes meanwhile. */
export const wroteCame = (hands: Hands, message: Extract<Own, { t: 'wrote' }>): void => {
  const { stretch, reaching, origins, outcome } = message;
  const { raising, retrying } = hands.state.receipts;
  if (outcome.ok) {
    raising.delete(stretch);
    return coverAll(hands, outcome.value, (user) => origins.get(user) ?? null);
  }
  retrying.push(stretch);
  for (const one of reaching) collect(hands, one);
  arm(hands, hands.kit.limits['fanout.retryMs']);
};

/** Up to here whoever wrote a number is known to have read it: fan-out is done no further. */
export const raisedTo = ({ raising }: Receipts): Seq => {
  let to = Infinity;
  for (const { from } of raising) to = Math.min(to, from - 1);
  return to;
};

/** Positions rose: who must hear of it is found out together with what else comes in this moment. */
const coverAll = (hands: Hands, changes: readonly Raised[], origin: (user: User) => string | null): void => {
  for (const change of changes) {
    cover(hands, 'delivered', change, null);
    cover(hands, 'read', change, origin(change.user));
  }
};

const cover = (hands: Hands, kind: Receipt['kind'], change: Raised, origin: string | null): void => {
  const { kit, state } = hands;
  const { user } = change;
  const to = change.after[kind];
  const member = memberNow(state.roster, user);
  if (to <= change.before[kind] || member === undefined || !isSmall(hands)) return;
  const due = state.receipts.due[kind];
  const newest = Math.max(member.joinedSeq, to - kit.limits['receipts.newest'] + 1);
  const from = Math.max(due.get(user)?.from ?? change.before[kind] + 1, newest);
  due.set(user, { from, to, origin });
  arm(hands);
};

/** The moment is over: what was collected is raised first, then all that is due is told. */
export const receiptsDue = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { receipts, conv } = state;
  if (receipts.reaching.size === 0) return findAuthors(hands);
  const reaching = [...receipts.reaching].map(([user, reached]) => ({ user, ...reached }));
  const stretches = receipts.retrying;
  receipts.reaching.clear();
  receipts.retrying = [];
  const raising = kit.ports.receipts.raise(conv, reaching);
  ctx.start(raising, (outcome) => ({ t: 'collected', stretches, reaching, outcome }));
};

export const collectedCame = (hands: Hands, message: Extract<Own, { t: 'collected' }>): void => {
  const { stretches, reaching, outcome } = message;
  const { raising, retrying } = hands.state.receipts;
  if (outcome.ok) {
    for (const stretch of stretches) raising.delete(stretch);
    coverAll(hands, outcome.value, () => null);
  } else {
    retrying.push(...stretches);
    for (const one of reaching) collect(hands, one);
  }
  findAuthors(hands);
};

const noteAuthors = ({ kit, state }: Hands, entries: readonly Entry[]): void => {
  const { authors } = state.receipts;
  for (const { seq, from } of entries) authors.set(seq, from);
  const oldest = (state.item?.lastSeq ?? 0) - 2 * kit.limits['receipts.newest'];
  for (const seq of authors.keys()) {
    if (seq > oldest && authors.size <= 2 * kit.limits['receipts.newest']) break;
    authors.delete(seq);
  }
};

const allCovered = ({ due }: Receipts): Covered[] => [...due.delivered.values(), ...due.read.values()];

/** Tells at once where all authors are known; else they are read. */
const findAuthors = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { receipts, conv } = state;
  const unknown = allCovered(receipts).flatMap(({ from, to }) => {
    const missing: Seq[] = [];
    for (let seq = from; seq <= to; seq += 1) if (!receipts.authors.has(seq)) missing.push(seq);
    return missing;
  });
  if (unknown.length === 0) return tell(hands);
  const [from, to] = [Math.min(...unknown), Math.max(...unknown)];
  const limit = 2 * kit.limits['receipts.newest'];
  const reading = kit.ports.store.read({ conv, from: Math.max(from, to - limit + 1), to, order: 'up', limit });
  ctx.start(reading, (outcome) => ({ t: 'authors-read', outcome }));
};

/** What cannot be told for want of a store is forgotten: whoever resumes gets the newest positions. */
export const authorsCame = (hands: Hands, outcome: Outcome<readonly Entry[]>): void => {
  if (outcome.ok) for (const { seq, from } of outcome.value) hands.state.receipts.authors.set(seq, from);
  tell(hands);
};

const tell = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { receipts } = state;
  receipts.armed = false;
  const told = (['delivered', 'read'] as const).flatMap((kind) => receiptsOf(hands, kind));
  receipts.due.delivered.clear();
  receipts.due.read.clear();
  noteAuthors(hands, []);
  if (receipts.reaching.size > 0) arm(hands, kit.limits['fanout.retryMs']);
  if (told.length === 0) return;
  const { cause } = ctx;
  const message = { t: 'receipts', cause, receipts: told } as const;
  kit.delivery.tell(message);
  const users = [...new Set(told.flatMap(({ to }) => to))];
  ctx.start(kit.ports.bus.tell(kit.node, users, message), () => ({ t: 'done' }));
};

/** Whoever left hears nothing and is heard of no more. */
const receiptsOf = ({ state }: Hands, kind: Receipt['kind']): Receipt[] => {
  const { receipts, roster, conv } = state;
  const told: Receipt[] = [];
  for (const [user, { from, to, origin }] of receipts.due[kind]) {
    if (memberNow(roster, user) === undefined) continue;
    const hearers = new Set<User>();
    for (let seq = from; seq <= to; seq += 1) {
      const author = receipts.authors.get(seq);
      if (author !== undefined && author !== user && memberNow(roster, author) !== undefined) hearers.add(author);
    }
    // One's own devices learn what one has read, whoever wrote it.
    if (kind === 'read') hearers.add(user);
    if (hearers.size > 0) told.push({ conv, kind, user, seq: to, to: [...hearers], origin });
  }
  return told;
};
