/** Frames of a WebSocket client, bit by bit (RFC 6455 section 5.2): also those that no library would send. */

export interface FrameShape {
  /** 0 continues, 1 is text, 2 binary, 8 closes, 9 pings; text when absent. */
  readonly opcode?: number;
  /** Whether this is the last fragment: yes when absent. */
  readonly isLast?: boolean;
  /** The three reserved bits, 4 being the one that compression uses. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** The length that the header says, where it is not the true one. */
  readonly says?: bigint;
}

const mask = Buffer.from([0x5a, 0xa5, 0xc3, 0x3c]);

const masked = (payload: Buffer): Buffer => Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0)));

function lengthBytes(length: bigint, bit: number): Buffer {
  if (length < 126n) return Buffer.from([bit | Number(length)]);
  const bytes = Buffer.alloc(length < 65_536n ? 3 : 9);
  bytes[0] = bit | (bytes.length === 3 ? 126 : 127);
  if (bytes.length === 3) bytes.writeUInt16BE(Number(length), 1);
  else bytes.writeBigUInt64BE(length, 1);
  return bytes;
}

export function frameBytes(payload: string | Buffer, shape: FrameShape = {}): Buffer {
  const { opcode = 1, isLast = true, reserved = 0, isMasked = true, says } = shape;
  const data = Buffer.from(payload);
  const head = Buffer.from([(isLast ? 0x80 : 0) | (reserved << 4) | opcode]);
  const length = lengthBytes(says ?? BigInt(data.length), isMasked ? 0x80 : 0);
  return Buffer.concat(isMasked ? [head, length, mask, masked(data)] : [head, length, data]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Buffer = ''): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return Buffer.concat([bytes, Buffer.from(reason)]);
}

export interface Said {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes whole frames off the front of `bytes`, masked or not, each by itself; answers what is left. */
export function takeFrames(bytes: Buffer, take: (said: Said) => void): Buffer {
  let rest = bytes;
  for (;;) {
    if (rest.length < 2) return rest;
    const second = rest[1] ?? 0;
    const short = second & 0x7f;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (rest.length < start) return rest;
    const length = short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    const maskLength = second & 0x80 ? mask.length : 0;
    const end = start + maskLength + length;
    if (rest.length < end) return rest;
    const payload = rest.subarray(start + maskLength, end);
    take({ opcode: (rest[0] ?? 0) & 0x0f, payload: maskLength > 0 ? masked(payload) : payload });
    rest = rest.subarray(end);
  }
}
