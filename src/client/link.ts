/**
 * The way to the server: one socket, its life cycle (life.ts), and everything that ends, renews or replaces it. Frames
 * go in and out; what they mean is the core's business.
 */
import type { Conv, Seq } from '#contract/conversation';
import type { FrameOf, ServerFrame } from '#contract/frames';
import { life } from '#client/life';
import type { LifeEvent, LifeState } from '#client/life';
import type { ClientLimits } from '#client/limits';
import { Poller } from '#client/poller';
import type { ClientPorts, ClientSocket, HttpAnswer, HttpRequest } from '#client/ports';
import type { Timers } from '#client/timers';
import { reconnectWait } from '#client/waits';

export interface LinkOwner {
  readonly ports: ClientPorts;
  readonly limits: ClientLimits;
  readonly timers: Timers;
  readonly device: string;
  cursors(): ReadonlyMap<Conv, Seq>;
  frame(frame: ServerFrame): void;
  /** There was a way, and it is gone. */
  lost(): void;
  /** A poll has brought what was missed. */
  caughtUp(): void;
  changed(state: LifeState, code?: number): void;
}

/** Codes that say not to come back: docs/protocol.md section 5. */
const isRefusal = (code: number): boolean => code >= 4100 && code < 4200;
const unauthenticated = 4101;
const replaced = 4103;

const parsed = (text: string): ServerFrame | undefined => {
  try {
    return JSON.parse(text) as ServerFrame;
  } catch {
    return undefined;
  }
};

const linkTimers = ['connect', 'wait', 'probe', 'move', 'beat', 'renew'];

export class Link {
  readonly #owner: LinkOwner;
  readonly #poller: Poller;
  #state: LifeState = 'idle';
  #socket: ClientSocket | undefined;
  /** Which socket is meant: what an older one still reports is nobody's. */
  #run = 0;
  #welcomed = false;
  /** In a row, since we last had all that was missed. */
  #failures = 0;
  #isQuiet = false;
  /** Until then a poll that was called off may reach the server, and take the place of the connection after it. */
  #pollLingersUntil = -Infinity;

  constructor(owner: LinkOwner) {
    this.#owner = owner;
    this.#poller = new Poller({
      device: owner.device,
      limits: owner.limits,
      http: (request, done) => this.http(request, done),
      cursors: () => owner.cursors(),
      frame: (frame) => owner.frame(frame),
      caughtUp: () => owner.caughtUp(),
      failed: (status, retryAfterMs) => this.#pollFailed(status, retryAfterMs),
    });
  }

  get state(): LifeState {
    return this.#state;
  }

  start(): void {
    this.#go('START');
  }

  stop(): void {
    this.#go('STOP');
  }

  setOnline(isOnline: boolean): void {
    if (isOnline) this.#failures = 0;
    this.#go(isOnline ? 'ONLINE' : 'OFFLINE');
  }

  /** False: there is no socket that was welcomed. */
  send(frame: object): boolean {
    if (!this.#welcomed) return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  /** Answers how to call it off. */
  http(request: Omit<HttpRequest, 'token'>, done: (answer: HttpAnswer) => void): () => void {
    const { http, token } = this.#owner.ports;
    let callOff = (): void => undefined;
    let isOver = false;
    token((given) => {
      if (isOver) return;
      if (given === undefined || http === undefined) done({ status: 401, body: undefined });
      else callOff = http({ ...request, token: given }, done);
    });
    return () => {
      isOver = true;
      callOff();
    };
  }

  /** False: from this state nothing leads there. */
  #go(event: LifeEvent, waitMs = 0, code?: number): boolean {
    const before = this.#state;
    const next = life[before][event];
    if (next === undefined) return false;
    this.#state = next;
    if (before === 'polling') this.#stopPolling();
    // A probe that was welcomed is the connection from now on; every other way out ends what there was.
    if (event !== 'WELCOME') this.#hangUp();
    if (before === 'connected' || before === 'polling') this.#owner.lost();
    this.#owner.changed(next, code);
    if (this.#state === next) this.#enter(next, waitMs);
    return true;
  }

  #enter(state: LifeState, waitMs: number): void {
    const { timers } = this.#owner;
    if (state === 'connecting') this.#dial();
    if (state === 'reconnecting') timers.set('wait', waitMs, () => this.#go('WAITED'));
    if (state === 'polling') {
      this.#probeLater();
      this.#poller.start();
    }
  }

  #hangUp(): void {
    this.#run += 1;
    this.#welcomed = false;
    for (const name of linkTimers) this.#owner.timers.end(name);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #dial(): void {
    const { ports, timers, limits } = this.#owner;
    this.#run += 1;
    const run = this.#run;
    timers.set('connect', limits['connect.withinMs'], () => this.#ended(1006));
    ports.token((token) => {
      if (run !== this.#run) return;
      if (token === undefined) return void this.#ended(unauthenticated);
      this.#socket = ports.dial({
        opened: () => run === this.#run && this.#opened(token),
        text: (text) => run === this.#run && this.#hear(text),
        closed: (code, retryAfterMs) => run === this.#run && this.#ended(code, retryAfterMs),
      });
    });
  }

  /** Where this is a probe: a poll that came after its `hello` would take its place. */
  #opened(token: string): void {
    if (this.#state === 'polling') this.#stopPolling();
    this.#hello(token);
  }

  #stopPolling(): void {
    if (this.#poller.stop()) this.#pollLingers();
  }

  #pollLingers(): void {
    const { timers, limits } = this.#owner;
    this.#pollLingersUntil = timers.now() + limits['http.withinMs'];
  }

  #hello(token: string): void {
    const cursors = Object.fromEntries(this.#owner.cursors());
    this.#socket?.send(JSON.stringify({ t: 'hello', token, device: this.#owner.device, cursors }));
  }

  #hear(text: string): void {
    this.#isQuiet = false;
    const frame = parsed(text);
    // Not our server: perhaps something between the two that thinks it may answer.
    if (frame === undefined) return this.#ended(1006);
    if (frame.t === 'welcome' && this.#welcomed) return this.#renewBefore(frame.exp);
    if (frame.t === 'welcome') this.#welcome(frame);
    if (frame.t === 'ready') this.#failures = 0;
    if (frame.t === 'server_maintenance') this.#moveWithin(frame.reconnectWithinMs);
    this.#owner.frame(frame);
  }

  #welcome({ heartbeatMs, exp }: FrameOf<'welcome'>): void {
    const { timers } = this.#owner;
    timers.end('connect');
    timers.end('probe');
    this.#welcomed = true;
    this.#beat(heartbeatMs);
    this.#renewBefore(exp);
    this.#go('WELCOME');
  }

  /** A server that says nothing is asked; one that does not answer either is gone, though the socket may not know. */
  #beat(everyMs: number): void {
    this.#owner.timers.set('beat', everyMs, () => {
      if (this.#isQuiet) return void this.#ended(1006);
      this.#isQuiet = true;
      this.send({ t: 'ping' });
      this.#beat(everyMs);
    });
  }

  #renewBefore(exp: number): void {
    const { timers, limits, ports } = this.#owner;
    const leftMs = exp - timers.now();
    // A token that lives shortly is renewed at half of its life.
    const inMs = Math.max(leftMs / 2, leftMs - limits['token.renewMs']);
    if (inMs <= 0) return;
    const run = this.#run;
    timers.set('renew', inMs, () => {
      if (exp - timers.now() > Math.max(leftMs / 2, limits['token.renewMs'])) return this.#renewBefore(exp);
      ports.token((token) => {
        if (run === this.#run && token !== undefined)
          this.send({ t: 'hello', token, device: this.#owner.device, cursors: {} });
      });
    });
  }

  /** All clients of the node hear this at once: each goes at a moment of its own. */
  #moveWithin(withinMs: number): void {
    const { timers, ports } = this.#owner;
    timers.set('move', ports.random.next() * withinMs, () => this.#go('MOVE'));
  }

  #probeLater(): void {
    const { timers, limits, ports } = this.#owner;
    const everyMs = limits['polling.probeMs'];
    timers.set('probe', everyMs / 2 + (ports.random.next() * everyMs) / 2, () => this.#dial());
  }

  #ended(code: number, retryAfterMs?: number): void {
    const isOurs = code === replaced && this.#owner.timers.now() < this.#pollLingersUntil;
    if (isRefusal(code) && !isOurs) return void this.#go('REFUSED', 0, code);
    if (this.#state === 'polling') {
      this.#hangUp();
      this.#probeLater();
      return this.#poller.goOn();
    }
    this.#failed(this.#state === 'connecting' ? 'polling' : 'waiting', retryAfterMs, code);
  }

  #pollFailed(status: number, retryAfterMs?: number): void {
    if (status === 401) return void this.#go('REFUSED', 0, unauthenticated);
    if (status === 0) this.#pollLingers();
    this.#failed('waiting', retryAfterMs);
  }

  #failed(instead: 'polling' | 'waiting', retryAfterMs?: number, code?: number): void {
    const { ports, limits } = this.#owner;
    this.#failures += 1;
    const most = limits['reconnect.tries'];
    const canPoll = instead === 'polling' && ports.http !== undefined;
    if (canPoll && this.#failures >= limits['polling.after'] && this.#go('FALL_BACK', 0, code)) return;
    if (most > 0 && this.#failures >= most && this.#go('GIVE_UP', 0, code)) return;
    this.#go('LOST', reconnectWait(limits, ports.random, this.#failures, retryAfterMs), code);
  }
}
