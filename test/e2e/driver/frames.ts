/**
 * The frames of docs/protocol.md as an outsider types them: written from that page alone, so that a change of the
 * server's own types cannot move what the tests demand.
 */
export interface Message {
  readonly conv: string;
  readonly seq: number;
  readonly mid: string;
  readonly from: string;
  readonly id: string;
  readonly body: string;
  readonly at: number;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly event?: { readonly add: readonly string[]; readonly remove: readonly string[] };
}

export interface Welcome {
  readonly t: 'welcome';
  readonly session: string;
  readonly user: string;
  readonly device: string;
  readonly node: string;
  readonly heartbeatMs: number;
  readonly ackWindow: number;
  readonly resumed: boolean;
  readonly exp: number;
}

export interface Stored {
  readonly t: 'stored';
  readonly id: string;
  readonly conv: string;
  readonly seq: number;
  readonly mid: string;
  readonly at: number;
}

export interface Resumed {
  readonly t: 'resumed';
  readonly conv: string;
  readonly since: number;
  readonly from: number;
  readonly to: number;
  readonly recovered: boolean;
}

export interface HistoryPage {
  readonly t: 'history';
  readonly id: string;
  readonly conv: string;
  readonly messages: readonly Message[];
  readonly more: boolean;
}

export interface Opened {
  readonly t: 'opened';
  readonly id?: string;
  readonly conv: string;
  readonly kind: 'direct' | 'group';
  readonly members: readonly string[];
  readonly title?: string;
  readonly since: number;
  readonly seq: number;
}

export interface MembersAre {
  readonly t: 'members';
  readonly id: string;
  readonly conv: string;
  readonly members: readonly string[];
  readonly since: number;
  readonly seq: number;
}

export interface Refusal {
  readonly t: 'error';
  readonly id?: string;
  readonly conv?: string;
  readonly of?: string;
  readonly code: string;
  readonly message: string;
  readonly effect: 'none' | 'unknown';
  readonly retryAfterMs?: number;
}

export interface InboxItem {
  readonly conv: string;
  readonly kind: 'direct' | 'group';
  readonly title?: string;
  readonly members: readonly string[];
  readonly since: number;
  readonly seq: number;
  readonly at: number;
  readonly preview: string;
  readonly unread: number;
}

export interface InboxPage {
  readonly t: 'inbox';
  readonly id: string;
  readonly items: readonly InboxItem[];
  readonly next?: string;
  readonly source: string;
}

export interface Presence {
  readonly t: 'presence';
  readonly user: string;
  readonly state: 'online' | 'offline' | 'unknown';
  readonly lastSeenAt: number | null;
}

/** How far `user` has got. */
export interface Receipt<T extends 'delivered' | 'read'> {
  readonly t: T;
  readonly conv: string;
  readonly user: string;
  readonly seq: number;
}

export type ServerFrame =
  | Welcome
  | Stored
  | { readonly t: 'queued'; readonly id: string; readonly conv: string }
  | ({ readonly t: 'message' } & Message)
  | Resumed
  | { readonly t: 'ready' }
  | HistoryPage
  | Opened
  | MembersAre
  | InboxPage
  | Presence
  | Receipt<'delivered'>
  | Receipt<'read'>
  | { readonly t: 'typing'; readonly conv: string; readonly user: string }
  | { readonly t: 'removed'; readonly conv: string }
  | { readonly t: 'server_maintenance'; readonly reconnectWithinMs: number }
  | Refusal
  | { readonly t: 'pong' };

export type FrameNamed<T extends ServerFrame['t']> = Extract<ServerFrame, { t: T }>;

export interface Send {
  readonly t: 'send';
  readonly id: string;
  readonly conv: string;
  readonly body: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export interface HistoryBounds {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
}

/** What asks and is answered under its `id`. */
export type Request =
  | Send
  | { readonly t: 'inbox'; readonly id: string; readonly limit?: number; readonly page?: string }
  | ({ readonly t: 'history'; readonly id: string; readonly conv: string } & HistoryBounds)
  | { readonly t: 'open'; readonly id: string; readonly members: readonly string[]; readonly title?: string }
  | {
      readonly t: 'members';
      readonly id: string;
      readonly conv: string;
      readonly add?: readonly string[];
      readonly remove?: readonly string[];
    };

export type ClientFrame =
  | Request
  | {
      readonly t: 'hello';
      readonly token: string;
      readonly device: string;
      readonly cursors?: Readonly<Record<string, number>>;
    }
  | { readonly t: 'ack'; readonly conv: string; readonly seq: number }
  | { readonly t: 'read'; readonly conv: string; readonly seq: number }
  | { readonly t: 'typing'; readonly conv: string }
  | { readonly t: 'watch'; readonly users: readonly string[] }
  | { readonly t: 'ping' };
