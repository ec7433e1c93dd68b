/** The append: while one group is in flight, arrivals wait; then all go at once. What comes of it is judged here. */
import type { Entry, MemberEvent } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault, Outcome } from '#contract/effects';
import type { AppendResult } from '#contract/ports/store';
import type { Change, StoredAnswer, ToSession } from '#actors/messages';
import { mayQueue, queue, triesOf } from '#actors/conversation/buffering';
import { batchesFailed, batchGroup, batchStored } from '#actors/conversation/draining';
import { answerChange, nextGroup, refuseJob } from '#actors/conversation/grouping';
import { adopt, refresh } from '#actors/conversation/reading';
import { memberNow, rosterAfter } from '#actors/conversation/roster';
import { askTurn, callForTurns, needsTurn } from '#actors/conversation/turns';
import type { ConversationKit, Ctx, Group, Hands, Job, Own } from '#actors/conversation/state';
import type { Ref } from '#runtime/types';

/** Sends the next group, if one may go now. */
export const pump = (hands: Hands): void => {
  const { state } = hands;
  if (state.inFlight !== undefined || state.pausing || state.refreshing) return;
  if (state.held.length + state.batches.length === 0) return;
  const { item } = state;
  if (item === undefined || (item !== null && item.memVersion !== state.roster.version)) return refresh(hands);
  if (needsTurn(hands)) return askTurn(hands);
  const group = batchGroup(hands) ?? nextGroup(hands);
  if (group === 'check') return refresh(hands);
  if (group !== undefined) append(hands, group);
};

/** A store that cannot be asked refuses nobody: the append will say what it thinks. */
export const addedCame = (hands: Hands, { job, outcome }: Extract<Own, { t: 'added' }>): void => {
  job.full = outcome.ok ? outcome.value : new Set();
  pump(hands);
};

const append = ({ kit, state, ctx }: Hands, group: Group): void => {
  state.inFlight = group;
  group.tries += 1;
  ctx.start(kit.ports.store.append(group.request), (outcome) => ({ t: 'appended', group, outcome }));
};

/** Tries the group that waits again, or forms the next one. */
export const retryAppend = (hands: Hands): void => {
  const { state } = hands;
  if (!state.pausing) return;
  state.pausing = false;
  const group = state.inFlight;
  if (group === undefined) pump(hands);
  else append(hands, group);
};

/** The outcome of an append. Answers the new entries, for fan-out. */
export const appendCame = (hands: Hands, group: Group, outcome: Outcome<AppendResult>): readonly Entry[] => {
  const { state } = hands;
  if (!outcome.ok) {
    tryAgainOrGiveUp(hands, group, outcome.fault);
    return [];
  }
  if (outcome.value.kind === 'conflict') {
    mustNotGoBack(group, outcome.value);
    lost(hands, group, outcome.value);
    return [];
  }
  if (outcome.value.kind === 'queue') {
    queueOrGiveUp(hands, group);
    return [];
  }
  state.inFlight = undefined;
  if (state.machine.snapshot.context.losses > 0) state.machine.send({ type: 'WON' });
  if (state.machine.in('buffering') && group.batch === undefined) state.machine.send({ type: 'STORED' });
  return won(hands, group, outcome.value);
};

/** A wait at random before the next append, longer with every turn. */
export const pauseAppend = (kit: ConversationKit, ctx: Ctx, turns: number): void => {
  const longest = kit.limits['append.retryMs'] * 2 ** Math.min(turns, 6);
  ctx.after('retry-append', Math.ceil(ctx.random.next() * longest), { t: 'retry-append' });
};

/** The identical group again: nothing is added to one that may have landed. */
const tryAgainOrGiveUp = (hands: Hands, group: Group, why: Fault): void => {
  const { kit, state, ctx } = hands;
  if (why.effect === 'unknown') for (const { job } of group.jobs) job.doubtful = true;
  if (group.tries < triesOf(hands)) {
    state.pausing = true;
    return pauseAppend(kit, ctx, group.tries);
  }
  queueOrGiveUp(hands, group);
};

const queueOrGiveUp = (hands: Hands, group: Group): void => {
  if (mayQueue(hands, group)) return queue(hands, group);
  const why = fault('store.unavailable', 'the store did not take it', 'none', hands.kit.limits['retry.afterMs']);
  giveUp(hands, group, why);
};

/** What waits behind a refused group is refused with it: nobody's later message gets ahead of an earlier one. */
export const giveUp = (hands: Hands, group: Group, why: Fault): void => {
  hands.state.inFlight = undefined;
  if (group.batch !== undefined) return batchesFailed(hands);
  for (const { job } of group.jobs) refuseJob(hands, job, why);
  for (const job of hands.state.held.splice(0)) refuseJob(hands, job, why);
};

/**
 * Strong reads never go back, but a store that was restored does. All that this actor knows is worthless then: it
 * starts anew from what the store has.
 */
const mustNotGoBack = (
  { request: { conv, expected } }: Group,
  { item }: Extract<AppendResult, { kind: 'conflict' }>,
): void => {
  if (item !== null && item.lastSeq >= expected) return;
  const now = item === null ? 'is no more' : `ends with ${item.lastSeq}`;
  if (expected > 0) throw new Error(`the store has gone back: ${conv} ended with ${expected} and ${now}`);
};

/**
 * Somebody else was faster: look at the item as it is now, wait at random, longer each time, form the group anew.
 * Whoever has asked for a turn does not wait: an item looked at before a wait is old, and one that appends without
 * pause would win for ever.
 */
const lost = (hands: Hands, group: Group, conflict: Extract<AppendResult, { kind: 'conflict' }>): void => {
  const { kit, state, ctx } = hands;
  state.inFlight = undefined;
  if (conflict.item !== null) adopt(hands, conflict.item);
  else state.item = null;
  state.machine.send({ type: 'LOST', hasTurns: kit.ports.baton !== undefined });
  if (state.machine.snapshot.context.losses > kit.limits['append.losses']) {
    state.machine.send({ type: 'YIELDED' });
    ctx.cancel('retry-append');
    const why = fault('store.unavailable', 'others write here without pause', 'none', kit.limits['retry.afterMs']);
    return giveUp(hands, group, why);
  }
  state.held.unshift(...group.jobs.map(({ job }) => job));
  if (state.machine.in('normal.turns')) callForTurns(hands);
  else state.pausing = true;
};

const won = (hands: Hands, group: Group, result: Extract<AppendResult, { kind: 'appended' }>): readonly Entry[] => {
  const { state } = hands;
  const entries: Entry[] = [];
  result.results.forEach(({ seq, mid, at, duplicate }, index) => {
    const draft = group.request.drafts[index];
    if (draft === undefined || duplicate) return;
    entries.push({ v: 1, ...draft, seq, mid, at });
    if (draft.event !== undefined) state.roster = rosterAfter(state.roster, draft.event, seq);
  });
  adopt(hands, result.item);
  if (group.batch !== undefined) batchStored(hands, group.batch, group.request.drafts.length);
  answerJobs(hands, group, result);
  return entries;
};

const answerJobs = (hands: Hands, group: Group, { results }: Extract<AppendResult, { kind: 'appended' }>): void => {
  const { conv } = hands.state;
  const answers = new Map<Ref<ToSession>, StoredAnswer[]>();
  for (const { job, index } of group.jobs) {
    const numbered = results[index];
    if (numbered === undefined) continue;
    if (job.work.t === 'change') {
      afterChange(hands, job, job.work, numbered.duplicate);
      continue;
    }
    const { reply } = job.work.asker;
    const mine = answers.get(reply) ?? [];
    if (mine.length === 0) answers.set(reply, mine);
    mine.push({ id: job.work.id, ...numbered });
  }
  for (const [reply, mine] of answers) reply.tell({ t: 'stored', conv, answers: mine });
};

/** Answers a change of members, or goes on with the next part of a large one. */
const afterChange = (hands: Hands, job: Job, change: Change, duplicate: boolean): void => {
  const { state, kit } = hands;
  job.parts += 1;
  const large = size(change) > kit.limits['event.members'];
  if (duplicate ? large : large && stillIn(hands, change)) state.held.unshift(job);
  else answerChange(hands, change);
};

const size = (event: MemberEvent): number => event.add.length + event.remove.length;

const stillIn = ({ state }: Hands, change: Change): boolean => memberNow(state.roster, change.asker.user) !== undefined;
