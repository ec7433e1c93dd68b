/**
 * What an attack is: a name, the answer that the documents promise, how much memory it may cost the server, and how it
 * is done. It is done in a process of its own, from a camp, which counts what came back and notes what should not have.
 */
import { sleep } from '#test/e2e/driver/wait';
import { Line } from '#test/siege/tools/line';
import type { Address } from '#test/siege/tools/line';
import { trueToken } from '#test/siege/tools/tokens';
import { Wire } from '#test/siege/tools/wire';
import type { Heard } from '#test/siege/tools/wire';

/** Whom to attack, and for how long. */
export interface Target extends Address {
  /** The key by which tokens of the server are signed: attackers have true tokens of their own. */
  readonly secret: string;
  /** Limits that differ from their defaults. */
  readonly limits: Readonly<Record<string, number>>;
  /** The same thing is tried over and over for this long, in ms. */
  readonly forMs: number;
  /** How long an answer may take, in ms. */
  readonly patienceMs: number;
  /** Part of every user's name: each strike is done by people whom the server has not seen. */
  readonly run: string;
  /** Conversations of others. */
  readonly foreign: readonly string[];
}

export interface Attack {
  readonly name: string;
  /** What the documents promise as its end. */
  readonly answer: string;
  /** How much the server's memory may grow while it lasts, in MiB. */
  readonly memoryMiB: number;
  readonly strike: (camp: Camp) => Promise<void>;
}

export interface Tally {
  /** Answers that were right, by what they were, and how often. */
  readonly answers: Record<string, number>;
  /** Answers that were not; the first of them. */
  readonly wrong: string[];
}

const wrongKept = 20;

export class Camp {
  readonly tally: Tally = { answers: {}, wrong: [] };
  readonly #started = performance.now();
  readonly #lines = new Set<Line>();
  #recruits = 0;

  constructor(readonly target: Target) {}

  get isOver(): boolean {
    return performance.now() - this.#started >= this.target.forMs;
  }

  /** The answer is one of those wanted, or it is wrong. */
  expect(what: string, got: string, ...wanted: string[]): void {
    if (wanted.includes(got)) this.#count(`${what}: ${got}`);
    else this.wrong(`${what}: ${got} instead of ${wanted.join(' or ')}`);
  }

  wrong(why: string): void {
    if (this.tally.wrong.length < wrongKept) this.tally.wrong.push(why);
  }

  #count(what: string): void {
    this.tally.answers[what] = (this.tally.answers[what] ?? 0) + 1;
  }

  /** Does it again and again while the attack lasts, once at least, so many side by side, with a pause after each. */
  async again(width: number, pauseMs: number, work: () => Promise<void>): Promise<void> {
    const loop = async (): Promise<void> => {
      do {
        await work();
        await sleep(pauseMs);
      } while (!this.isOver);
    };
    await Promise.all(Array.from({ length: width }, loop));
  }

  /** A name that is nobody else’s. */
  recruit(): string {
    this.#recruits += 1;
    return `raider-${this.target.run}-${this.#recruits}`;
  }

  /** A token that is good, of somebody new unless named. */
  token(user = this.recruit()): string {
    return trueToken(user, this.target.secret);
  }

  line(): Line {
    return this.#kept(new Line(this.target));
  }

  /** Upgraded, and silent so far. */
  async wire(): Promise<Wire> {
    const wire = new Wire(this.target);
    this.#kept(wire.line);
    if (!(await wire.opened(this.target.patienceMs))) this.wrong('the upgrade was refused');
    return wire;
  }

  #kept(line: Line): Line {
    this.#lines.add(line);
    void line.ended.then(() => this.#lines.delete(line));
    return line;
  }

  /** Let in, by a true token. */
  async guest(user = this.recruit(), device = 'd1', more: object = {}): Promise<Wire> {
    const wire = await this.wire();
    wire.say({ t: 'hello', token: this.token(user), device, ...more });
    if ((await this.answer(wire, 'ready')) === undefined) this.wrong(`${user} was not let in`);
    return wire;
  }

  /** The next frame of this name; undefined when it does not come. */
  answer(wire: Wire, t: string, id?: string): Promise<Heard | undefined> {
    const fits = (frame: Heard): boolean => frame.t === t && (id === undefined || frame['id'] === id);
    return wire.next(fits, this.target.patienceMs);
  }

  /** Asks, and answers the code of the error, or the name of the frame, that comes back under the id. */
  async ask(wire: Wire, frame: Readonly<Record<string, unknown>>): Promise<string> {
    wire.say(frame);
    return outcomeOf(await wire.next((heard) => heard['id'] === frame['id'], this.target.patienceMs));
  }

  /** The server goes on with this connection. */
  async lives(wire: Wire, what: string): Promise<void> {
    wire.say({ t: 'ping' });
    this.expect(`${what}, and then a ping`, (await this.answer(wire, 'pong'))?.t ?? 'silence', 'pong');
  }

  /** How the server ended it; the line is cut then. */
  async ends(wire: Wire, what: string, ...wanted: string[]): Promise<void> {
    this.expect(what, await wire.end(this.target.patienceMs), ...wanted);
    wire.line.cut();
  }

  /** Leaves: nothing stays open behind an attack. */
  strikeCamp(): void {
    for (const line of this.#lines) line.cut();
  }
}

export const outcomeOf = (frame: Heard | undefined): string => {
  if (frame === undefined) return 'silence';
  return frame.t === 'error' ? String(frame['code']) : frame.t;
};
