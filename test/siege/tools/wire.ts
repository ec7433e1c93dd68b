/** A WebSocket by hand: it upgrades, hears frames, and says whatever it is told to, right or wrong. */
import { frameBytes, takeFrames } from '#test/siege/tools/frame-bytes';
import type { FrameShape, Said } from '#test/siege/tools/frame-bytes';
import { Line } from '#test/siege/tools/line';
import type { Address } from '#test/siege/tools/line';

export type Heard = Readonly<Record<string, unknown>> & { readonly t: string };

export const upgradeHeaders: Readonly<Record<string, string>> = {
  Host: 'siege',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': Buffer.alloc(16, 7).toString('base64'),
  'Sec-WebSocket-Protocol': 'hogmanay.v1',
};

/** A request as text; headers that are empty are left out. */
export const requestText = (line: string, headers: Readonly<Record<string, string>>, body = ''): string => {
  const lines = Object.entries(headers).filter(([, value]) => value !== '');
  return `${line}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};

const upgrade = requestText('GET /ws HTTP/1.1', upgradeHeaders);

export class Wire {
  readonly line: Line;
  readonly frames: Heard[] = [];
  /** Pongs of the server to our pings. */
  pongs = 0;
  /** Code of the server's close frame. */
  code: number | undefined;
  /** Says nothing to the server's pings. */
  isMute = false;
  #rest: Buffer = Buffer.alloc(0);
  #isUpgraded = false;
  readonly #looks = new Set<() => void>();

  constructor(address: Address) {
    this.line = new Line(address);
    this.line.onData = (data) => this.#hear(data);
    void this.line.ended.then(() => this.#wake());
    this.line.write(upgrade);
  }

  /** Whether the server took us in. */
  async opened(withinMs: number): Promise<boolean> {
    await this.#until(() => this.#isUpgraded || this.line.isEnded, withinMs);
    return this.#isUpgraded;
  }

  say(frame: object): void {
    this.raw(JSON.stringify(frame));
  }

  raw(payload: string | Buffer, shape: FrameShape = {}): void {
    this.line.write(frameBytes(payload, shape));
  }

  /** The next frame that fits and was not taken yet; undefined when none comes in time. */
  async next(fits: (frame: Heard) => boolean, withinMs: number): Promise<Heard | undefined> {
    let found = -1;
    await this.#until(() => {
      found = this.frames.findIndex(fits);
      return found >= 0 || this.line.isEnded;
    }, withinMs);
    return found < 0 ? undefined : this.frames.splice(found, 1)[0];
  }

  /** How the server ended it: a close code, `ended` without one, or `open` when it did not. */
  async end(withinMs: number): Promise<string> {
    await this.#until(() => this.code !== undefined || this.line.isEnded, withinMs);
    if (this.code !== undefined) return String(this.code);
    return this.line.isEnded ? 'ended' : 'open';
  }

  #hear(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    if (!this.#isUpgraded) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#isUpgraded = this.#rest.subarray(0, end).toString('latin1').startsWith('HTTP/1.1 101');
      this.#rest = this.#rest.subarray(end + 4);
      if (!this.#isUpgraded) this.#rest = Buffer.alloc(0);
    }
    if (this.#isUpgraded) this.#rest = takeFrames(this.#rest, (said) => this.#take(said));
    this.#wake();
  }

  #take({ opcode, payload }: Said): void {
    if (opcode === 1) this.frames.push(JSON.parse(payload.toString('utf8')) as Heard);
    else if (opcode === 8) this.code ??= payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    else if (opcode === 9 && !this.isMute) this.raw(Buffer.from(payload), { opcode: 10 });
    else if (opcode === 10) this.pongs += 1;
  }

  #wake(): void {
    for (const look of [...this.#looks]) look();
  }

  #until(holds: () => boolean, withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#looks.delete(look);
        resolve();
      }, withinMs);
      this.#looks.add(look);
      look();
    });
  }
}
