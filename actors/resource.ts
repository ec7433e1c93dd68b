/**
 * The resource actor: one for each outside resource (a server of a shard, the tables, the log). Its machine is the
 * breaker; the guard in front of the client tells it of failures and reads the view that it keeps.
 */
import type { Millis } from '#contract/conversation';
import type { BreakerView } from '#resilience/guarding';
import { breakerMachine } from '#machines/breaker';
import type { BreakerEmitted } from '#machines/breaker';
import { machineActor } from '#runtime/machine-actor';
import type { MachineHost } from '#runtime/machine-actor';
import type { Behaviour } from '#runtime/types';

export type ToResource = { readonly t: 'TRIPPED' | 'ANSWERED' | 'FAILED' };

export interface ResourceKit {
  readonly name: string;
  /** How long nothing is called before one probe. */
  readonly openMs: Millis;
  readonly view: BreakerView;
}

interface State {
  readonly machine: MachineHost<typeof breakerMachine>;
}

export const closedView = (): BreakerView => ({ state: 'closed', isProbing: false, opensAt: 0 });

export const resourceBehaviour = ({ name, openMs, view }: ResourceKit): Behaviour<State, ToResource> => ({
  kind: 'resource',
  init: (ctx) => {
    const onEmit = ({ state }: BreakerEmitted): void => {
      if (state !== view.state) ctx.log.warn(`the breaker is ${state}`, { resource: name });
      view.state = state;
      view.isProbing = false;
      view.opensAt = ctx.now + openMs;
    };
    return { machine: machineActor(ctx, breakerMachine, { openMs }, onEmit) };
  },
  receive: (state, message) => {
    // What was told of calls that began before the last change is late news.
    const isNews = message.t === 'TRIPPED' ? state.machine.in('closed') : state.machine.in('halfOpen');
    if (isNews) state.machine.send({ type: message.t });
    return state;
  },
  stopped: ({ machine }) => {
    machine.send({ type: 'STOPPED' });
    machine.stop();
  },
});
