/** The frames of docs/protocol.md sections 2 and 3, as types. The zod schemas in protocol/ must agree with them. */
import type { Conv, ConversationKind, Device, MemberEvent, Meta, Millis, Seq, User } from '#contract/conversation';
import type { ErrorCode } from '#contract/errors';
import type { FaultEffect } from '#contract/effects';
import type { InboxItem, InboxPlace, InboxSource } from '#contract/inbox';
import type { PresenceState } from '#contract/ports/presence';

export interface HelloFrame {
  readonly t: 'hello';
  readonly token: string;
  readonly device: Device;
  /** A Map: objects would order integer-like names first. */
  readonly cursors: ReadonlyMap<Conv, Seq>;
}
export interface SendFrame {
  readonly t: 'send';
  readonly id: string;
  readonly conv: Conv;
  readonly body: string;
  readonly meta?: Meta;
}
export interface AckFrame {
  readonly t: 'ack';
  readonly conv: Conv;
  readonly seq: Seq;
}
export interface HistoryFrame {
  readonly t: 'history';
  readonly id: string;
  readonly conv: Conv;
  readonly after?: Seq;
  readonly before?: Seq;
  readonly limit: number;
}
export interface OpenFrame {
  readonly t: 'open';
  readonly id: string;
  readonly members: readonly User[];
  readonly title?: string;
}
export interface MembersFrame {
  readonly t: 'members';
  readonly id: string;
  readonly conv: Conv;
  readonly add: readonly User[];
  readonly remove: readonly User[];
}
/** Like `ack`, of what a person has read; the one does not imply the other. */
export interface ReadFrame {
  readonly t: 'read';
  readonly conv: Conv;
  readonly seq: Seq;
}
export interface InboxFrame {
  readonly t: 'inbox';
  readonly id: string;
  readonly limit: number;
  readonly page?: InboxPlace;
}
export interface TypingFrame {
  readonly t: 'typing';
  readonly conv: Conv;
}
export interface WatchFrame {
  readonly t: 'watch';
  readonly users: readonly User[];
}
export interface PingFrame {
  readonly t: 'ping';
}

export type ClientFrame =
  | HelloFrame
  | SendFrame
  | AckFrame
  | ReadFrame
  | HistoryFrame
  | InboxFrame
  | OpenFrame
  | MembersFrame
  | TypingFrame
  | WatchFrame
  | PingFrame;

/** A `message` as in history: without `t`. */
export interface WireMessage {
  readonly conv: Conv;
  readonly seq: Seq;
  readonly mid: string;
  readonly from: User;
  readonly id: string;
  readonly body: string;
  readonly at: Millis;
  readonly meta?: Meta;
  readonly event?: MemberEvent;
}

export interface ErrorFrame {
  readonly t: 'error';
  readonly id?: string;
  readonly conv?: Conv;
  readonly of?: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly effect: FaultEffect;
  readonly retryAfterMs?: number;
}

export type ServerFrame =
  | {
      readonly t: 'welcome';
      readonly session: string;
      readonly user: User;
      readonly device: Device;
      readonly node: string;
      readonly heartbeatMs: number;
      readonly ackWindow: number;
      readonly resumed: boolean;
      readonly exp: Millis;
    }
  | {
      readonly t: 'stored';
      readonly id: string;
      readonly conv: Conv;
      readonly seq: Seq;
      readonly mid: string;
      readonly at: Millis;
    }
  | { readonly t: 'queued'; readonly id: string; readonly conv: Conv }
  | ({ readonly t: 'message' } & WireMessage)
  | {
      readonly t: 'resumed';
      readonly conv: Conv;
      readonly since: Seq;
      readonly from: Seq;
      readonly to: Seq;
      readonly recovered: boolean;
    }
  | { readonly t: 'ready' }
  | { readonly t: 'delivered'; readonly conv: Conv; readonly user: User; readonly seq: Seq }
  | { readonly t: 'read'; readonly conv: Conv; readonly user: User; readonly seq: Seq }
  | {
      readonly t: 'history';
      readonly id: string;
      readonly conv: Conv;
      readonly messages: readonly WireMessage[];
      readonly more: boolean;
    }
  | {
      readonly t: 'opened';
      readonly id?: string;
      readonly conv: Conv;
      readonly kind: ConversationKind;
      readonly members: readonly User[];
      readonly title?: string;
      readonly since: Seq;
      readonly seq: Seq;
    }
  | {
      readonly t: 'members';
      readonly id: string;
      readonly conv: Conv;
      readonly members: readonly User[];
      readonly since: Seq;
      readonly seq: Seq;
    }
  | {
      readonly t: 'inbox';
      readonly id: string;
      readonly items: readonly InboxItem[];
      readonly next?: string;
      readonly source: InboxSource;
    }
  | { readonly t: 'removed'; readonly conv: Conv }
  | { readonly t: 'typing'; readonly conv: Conv; readonly user: User }
  | {
      readonly t: 'presence';
      readonly user: User;
      readonly state: PresenceState;
      readonly lastSeenAt: Millis | null;
    }
  | { readonly t: 'server_maintenance'; readonly reconnectWithinMs: number }
  | ErrorFrame
  | { readonly t: 'pong' };

export type FrameOf<T extends ServerFrame['t']> = Extract<ServerFrame, { readonly t: T }>;
