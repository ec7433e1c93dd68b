// What the tests of the wire share: a decoder with the default limits, and valid frames to spoil.
import { withLimits } from '#contract/limits';
import { createDecoder } from '#protocol/decode';

export const decode = createDecoder(withLimits());

export const decodeJson = (value: unknown) => decode(JSON.stringify(value));

export const send = { t: 'send', id: 'id-00001', conv: 'd_1', body: 'hello' };

/** The code of the error that answers it, or `ok`. */
export const verdict = (data: string | Uint8Array): string => {
  const decoded = decode(data);
  return 'frame' in decoded ? 'ok' : decoded.error.code;
};

export const verdictOf = (value: unknown): string => verdict(JSON.stringify(value));
