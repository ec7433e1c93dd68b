/**
 * While the store does not answer, or entries of the conversation are queued, sends are queued behind them: answered
 * `queued`, with the rights that they have now. Changes of members have to wait until all is stored.
 */
import type { Draft } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import type { Group, Hands, Own } from '#actors/conversation/state';
import type { ToSession } from '#actors/messages';
import type { Ref } from '#runtime/types';

/** Whether the group may wait in the log; where there is none, or for a change of members, it may not. */
export const mayQueue = ({ kit }: Hands, { jobs }: Group): boolean =>
  kit.ports.pending !== undefined && jobs.length > 0 && jobs.every(({ job }) => job.work.t === 'submit');

/** How often an append is tried before its group queues: while it is known that the store is away, once. */
export const triesOf = ({ kit, state }: Hands): number =>
  kit.ports.pending !== undefined && state.machine.in('buffering') ? 1 : kit.limits['append.tries'];

/** The group goes to the log; until it is there, nothing else of the conversation moves. */
export const queue = ({ kit, state, ctx }: Hands, group: Group): void => {
  const { pending } = kit.ports;
  if (pending === undefined) return;
  if (!state.machine.in('buffering')) state.machine.send({ type: 'BUFFER' });
  state.inFlight = group;
  const drafts = group.request.drafts.map((draft): Draft => ({ ...draft, queued: true }));
  ctx.start(pending.queue(state.conv, drafts, ctx.now), (outcome) => ({ t: 'queued', group, outcome }));
};

/** The log answered: so are those who sent. Else the fault with which they are to be refused. */
export const queuedCame = ({ kit, state }: Hands, message: Extract<Own, { t: 'queued' }>): Fault | undefined => {
  const { group, outcome } = message;
  state.inFlight = undefined;
  if (!outcome.ok) {
    const { effect } = outcome.fault;
    if (effect === 'unknown') for (const { job } of group.jobs) job.doubtful = true;
    return fault('store.unavailable', 'neither stored nor queued', effect, kit.limits['retry.afterMs']);
  }
  const answers = new Map<Ref<ToSession>, string[]>();
  for (const { job } of group.jobs) {
    const { asker, id } = job.work;
    const mine = answers.get(asker.reply);
    if (mine === undefined) answers.set(asker.reply, [id]);
    else mine.push(id);
  }
  for (const [reply, ids] of answers) reply.tell({ t: 'queued', conv: state.conv, ids });
  return undefined;
};
