/** What the presence actor keeps: who is connected here, who watches whom, and what each watcher was told. */
import type { User } from '#contract/conversation';
import type { Outcome } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { NodeName } from '#contract/ports/bus';
import type { Ports } from '#contract/ports/ports';
import type { Seen } from '#contract/ports/presence';
import type { ToPresence, ToSession } from '#actors/messages';
import type { presenceMachine } from '#machines/presence';
import type { MachineHost } from '#runtime/machine-actor';
import type { Context, Ref } from '#runtime/types';

export interface PresenceKit {
  readonly node: NodeName;
  readonly ports: Pick<Ports, 'presence'> & { readonly members: Pick<Ports['members'], 'sharing'> };
  readonly limits: Limits;
}

/** A session; one without its socket waits for its user to come back. */
export interface Here {
  readonly ref: Ref<ToSession>;
  hasSocket: boolean;
}

export interface Watcher {
  readonly session: string;
  readonly ref: Ref<ToSession>;
  readonly user: User;
  readonly users: readonly User[];
  /** What it was told last of each user. */
  readonly told: Map<User, string>;
}

export interface PresenceActorState {
  readonly machine: MachineHost<typeof presenceMachine>;
  /** Sessions on this node by user. */
  readonly here: Map<User, Map<string, Here>>;
  readonly watchers: Map<string, Watcher>;
  /** Watchers by the user they watch. */
  readonly watched: Map<User, Set<Watcher>>;
  /** What the port said last of users that are watched. */
  readonly known: Map<User, Seen>;
  /** Sessions of watchers for whom it could not be found out what they may see. */
  readonly unsure: Set<string>;
}

/** A look at some users for one watcher: with whom it shares a conversation first, then who of them is online. */
export interface Look {
  readonly watcher: Watcher;
  readonly users: readonly User[];
  /** Told although nothing changed. */
  readonly anyway: boolean;
}

export type Own =
  | { readonly t: 'beat' }
  | { readonly t: 'look' }
  | { readonly t: 'shares'; readonly look: Look; readonly outcome: Outcome<ReadonlySet<User>> }
  | {
      readonly t: 'seen';
      readonly look: Look;
      readonly shared: ReadonlySet<User>;
      readonly outcome: Outcome<ReadonlyMap<User, Seen>>;
    }
  | { readonly t: 'looked'; readonly outcome: Outcome<ReadonlyMap<User, Seen>> }
  | { readonly t: 'noted'; readonly outcome: Outcome<ReadonlyMap<User, Seen>> }
  | { readonly t: 'marked'; readonly users: readonly User[] }
  | { readonly t: 'done' };

export type Message = ToPresence | Own;

export interface Hands {
  readonly kit: PresenceKit;
  readonly state: PresenceActorState;
  readonly ctx: Context<Message>;
}
