/**
 * The poll actor: one long poll, from its claims to its one answer. It opens a session as a connection does, says hello
 * for the client, and ends it with the answer: at once where there is news, else after a while.
 */
import type { PollAnswer, PollCall } from '#contract/api';
import { closeCodes } from '#contract/errors';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import type { FromConnection } from '#contract/inlet';
import type { Limits } from '#contract/limits';
import type { Outlet } from '#contract/ports/outlet';
import { Collecting } from '#actors/poll/collecting';
import { errorFrame } from '#actors/wire';
import type { Admission } from '#resilience/admission';
import type { Behaviour, Context, Ref } from '#runtime/types';

export interface PollKit {
  readonly limits: Limits;
  readonly admission: Admission;
  readonly openSession: (outlet: Outlet) => Ref<FromConnection>;
}

export type ToPoll =
  /** Whoever asked has gone. */
  { readonly t: 'cancel' };

type Message = ToPoll | { readonly t: 'changed' | 'lingered' | 'waited' | 'too-late' };

interface State {
  readonly out: Collecting;
  session: Ref<FromConnection> | undefined;
  /** No longer worth waiting. */
  hasWaited: boolean;
  lingers: boolean;
  answered: boolean;
}

interface Hands {
  readonly kit: PollKit;
  readonly call: PollCall;
  readonly done: (answer: PollAnswer) => void;
  readonly state: State;
  readonly ctx: Context<Message>;
}

/** The error that answers a poll. */
export const refusedPoll = (limits: Limits, why: Fault): PollAnswer => errorFrame(limits, why, { of: 'poll' });

/** `done` is called at most once: never for one that was cancelled. `name` is that of its connection. */
export const pollBehaviour = (
  kit: PollKit,
  name: string,
  call: PollCall,
  done: (answer: PollAnswer) => void,
): Behaviour<State, Message> => ({
  kind: 'poll',
  init: (ctx) => {
    const changed = (): void => void ctx.self.tell({ t: 'changed' });
    const out = new Collecting({ connection: name, ip: call.ip, limits: kit.limits, now: () => ctx.now, changed });
    const state: State = { out, session: undefined, hasWaited: false, lingers: false, answered: false };
    begin({ kit, call, done, state, ctx });
    return state;
  },
  receive: (state, message, ctx) => {
    receive({ kit, call, done, state, ctx }, message);
    return state;
  },
  stopped: (state, reason, ctx) => {
    const why =
      reason.kind === 'failed'
        ? fault('gateway.internal', 'a fault of ours', 'none')
        : fault('store.unavailable', 'the server stopped', 'none');
    end({ kit, call, done, state, ctx }, refusedPoll(kit.limits, why));
  },
});

const begin = ({ kit, call, done, state, ctx }: Hands): void => {
  const { limits } = kit;
  const { user, token, frame } = call;
  const wait = kit.admission.request(user, ctx.now);
  const hands = { kit, call, done, state, ctx };
  if (wait > 0) return refuse(hands, fault('gateway.rate_limited', 'too many of these a second', 'none', wait));
  const waitMs = Math.min(frame.waitMs ?? limits['poll.waitMs'], limits['poll.waitMs']);
  ctx.after('waited', waitMs, { t: 'waited' });
  ctx.after('too-late', waitMs + limits['http.answerMs'], { t: 'too-late' });
  state.session = kit.openSession(state.out);
  const { device, cursors } = frame;
  state.session.tell({ t: 'frame', frame: { t: 'hello', token, device, cursors } });
};

const receive = (hands: Hands, message: Message): void => {
  const { state, ctx, kit } = hands;
  const { out } = state;
  switch (message.t) {
    case 'cancel':
      state.answered = true;
      return ctx.stop(ctx.self);
    case 'waited':
    case 'lingered':
      state.hasWaited = true;
      return out.isReady ? answer(hands) : undefined;
    case 'too-late':
      if (out.hasNews) return answer(hands);
      return refuse(hands, fault('store.unavailable', 'it took too long', 'none'));
    case 'changed':
      if (out.closed !== undefined) return closed(hands, out.closed);
      if (out.isFull || (out.isReady && state.hasWaited)) return answer(hands);
      if (!out.isReady || !out.hasNews || state.lingers) return undefined;
      state.lingers = true;
      return ctx.after('lingered', kit.limits['poll.lingerMs'], { t: 'lingered' });
  }
};

/**
 * What was collected is answered all the same, but not to one that another connection of its device has replaced: two
 * that replace each other must not do so as fast as they can.
 */
const closed = (hands: Hands, { code, reason }: NonNullable<Collecting['closed']>): void => {
  const { out } = hands.state;
  if (code === closeCodes.unauthenticated) return refuse(hands, fault('gateway.unauthenticated', reason, 'none'));
  if (code !== closeCodes.replaced && (out.isReady || out.hasNews)) return answer(hands);
  refuse(hands, fault('gateway.overloaded', reason, 'none'));
};

const answer = (hands: Hands): void => {
  const { messages, resumed, events } = hands.state.out;
  end(hands, { t: 'polled', messages, resumed, events });
  hands.ctx.stop(hands.ctx.self);
};

const refuse = (hands: Hands, why: Fault): void => {
  end(hands, refusedPoll(hands.kit.limits, why));
  hands.ctx.stop(hands.ctx.self);
};

/** The session hears that its connection has gone; one too busy to hear it finds out by its heartbeat. */
const end = ({ done, state }: Hands, said: PollAnswer): void => {
  state.out.end();
  state.session?.tell({ t: 'lost' });
  state.session = undefined;
  if (state.answered) return;
  state.answered = true;
  done(said);
};
