/** From frames of the server to the text, or the bytes, of one text frame. */
import type { ServerFrame } from '#contract/frames';
import type { SharedMessage } from '#contract/ports/outlet';

export const encode = (frame: ServerFrame): string => JSON.stringify(frame);

/** The bytes of a message for many connections: made by the first that asks, and the same ones for all. */
export const sharedBytes = (shared: SharedMessage): Uint8Array =>
  (shared.encoded ??= Buffer.from(encode(shared.frame)));
