/**
 * Which of those that are held go next, as one group. Rights are checked against the members of exactly the number that
 * the group expects, so that a stale list loses with it. Repeats inside a group share one draft.
 */
import type { Draft, Millis, User } from '#contract/conversation';
import type { Fault } from '#contract/effects';
import type { AppendGroup } from '#contract/ports/store';
import type { Change, Submit } from '#actors/messages';
import { markableTo } from '#actors/conversation/fanout';
import { standing } from '#actors/conversation/reading';
import { firstPart, forbidden, judgeChange, memberNow } from '#actors/conversation/roster';
import type { Group, Hands, Job } from '#actors/conversation/state';

/** Whatever the reason, one that may have landed in an earlier try is refused as `unknown`. */
export const refuseJob = ({ state }: Hands, job: Job, why: Fault): void => {
  const { asker, id, t } = job.work;
  const honest: Fault = job.doubtful ? { ...why, effect: 'unknown' } : why;
  asker.reply.tell({ t: 'refused', conv: state.conv, of: t === 'submit' ? 'send' : 'members', id, fault: honest });
};

/** The next group; `check`: the first job can only be refused after a strong read; undefined: nothing is left. */
export const nextGroup = (hands: Hands): Group | 'check' | undefined => {
  const { state, kit } = hands;
  const drafts: Draft[] = [];
  const places = new Map<string, number>();
  const jobs: { job: Job; index: number }[] = [];
  let taken = 0;
  for (const job of state.held) {
    if (memberNow(state.roster, job.work.asker.user) === undefined || state.item === null) {
      if (!job.checked) break;
      refuseJob(hands, job, forbidden());
    } else if (job.work.t === 'change') {
      if (jobs.length > 0 || !isAsked(hands, job, job.work)) break;
      const group = changeGroup(hands, job, job.work);
      if (group !== undefined) {
        state.held.splice(0, taken + 1);
        return group;
      }
    } else {
      const key = `${job.work.asker.user} ${job.work.id}`;
      let index = places.get(key);
      if (index === undefined) {
        index = drafts.length;
        if (index === kit.limits['append.group']) break;
        places.set(key, index);
        drafts.push(messageDraft(hands, job, job.work));
      }
      jobs.push({ job, index });
    }
    taken += 1;
  }
  state.held.splice(0, taken);
  if (jobs.length === 0) return state.held.length > 0 && state.held[0]?.full !== 'asking' ? 'check' : undefined;
  return groupOf(hands, drafts, jobs);
};

const sentAtOf = ({ length }: readonly Draft[], jobs: Group['jobs']): readonly Millis[] => {
  const sentAt = new Array<Millis>(length).fill(0);
  for (const { job, index } of jobs) if (job.work.t === 'submit') sentAt[index] = job.work.at;
  return sentAt;
};

const groupOf = ({ state, ctx }: Hands, drafts: readonly Draft[], jobs: Group['jobs']): Group => {
  const { item } = state;
  const expected = item?.lastSeq ?? 0;
  // A finished fan-out rides along only when it covers all there is: the age of the mark is then that of this group.
  const rides = item !== null && item !== undefined && markableTo(state) === expected && item.fannedTo < expected;
  const sentAt = sentAtOf(drafts, jobs);
  const base: AppendGroup = { conv: state.conv, expected, drafts, partitions: 1, now: ctx.now, sentAt };
  const request = rides ? { ...base, fanned: { from: item.fannedTo + 1, to: expected } } : base;
  return { request, jobs, tries: 0 };
};

const messageDraft = ({ kit, ctx }: Hands, job: Job, { asker, id, body, meta }: Submit): Draft => ({
  mid: kit.ids.ulid(ctx.now, ctx.random),
  from: asker.user,
  device: asker.device,
  id,
  body,
  ...(meta === undefined ? {} : { meta }),
  cause: job.cause,
});

/** Whether it is known who of the added is in as many conversations as may be; asks, where it is not. */
const isAsked = ({ kit, state, ctx }: Hands, job: Job, change: Change): boolean => {
  if (job.full !== undefined) return job.full !== 'asking';
  const add = change.add.filter((user) => memberNow(state.roster, user) === undefined);
  if (add.length === 0) return true;
  job.full = 'asking';
  const full = kit.ports.members.inAtLeast(kit.limits['conversations.user'], add);
  ctx.start(full, (outcome) => ({ t: 'added', job, outcome }));
  return false;
};

const nobody: ReadonlySet<User> = new Set();

const fullOf = ({ full }: Job): ReadonlySet<User> => (full === undefined || full === 'asking' ? nobody : full);

/** A change of members goes alone. Undefined when it was answered at once: refused, or nothing to change. */
const changeGroup = (hands: Hands, job: Job, change: Change): Group | undefined => {
  const { state, kit, ctx } = hands;
  const { asker } = change;
  const { item } = state;
  if (item === null || item === undefined) return undefined;
  const verdict = judgeChange(item, state.roster, asker.user, change, kit.limits['members.max'], fullOf(job));
  if (verdict.kind === 'refused') {
    refuseJob(hands, job, verdict.fault);
    return undefined;
  }
  const event = firstPart(verdict.event, kit.limits['event.members']);
  if (event.add.length + event.remove.length === 0) {
    answerChange(hands, change);
    return undefined;
  }
  const mid = kit.ids.ulid(ctx.now, ctx.random);
  const id = job.parts === 0 ? change.id : mid;
  const draft: Draft = { mid, from: asker.user, device: asker.device, id, body: '', event, cause: job.cause };
  return groupOf(hands, [draft], [{ job, index: 0 }]);
};

export const answerChange = (hands: Hands, { asker, id }: Change): void => {
  const { state } = hands;
  const member = state.roster.byUser.get(asker.user);
  if (member === undefined || state.item === null || state.item === undefined) return;
  asker.reply.tell({ t: 'members-are', id, standing: standing(hands, state.item, member) });
};
