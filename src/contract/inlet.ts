/** What a connection tells the session behind it. */
import type { ClientFrame } from '#contract/frames';

export type FromConnection =
  | { readonly t: 'frame'; readonly frame: ClientFrame }
  /** The socket is gone, whoever closed it. */
  | { readonly t: 'lost' };
