/**
 * A client on a virtual clock and a server of one line at a time: tests say what the server says, and look at what the
 * client sent and showed. Storage outlives the client, so that a test can start it again.
 */
import type { ServerFrame } from '#contract/frames';
import { VirtualClock } from '#runtime/virtual-clock';
import { seededRandom } from '#runtime/random';
import { ClientCore } from '#client/core';
import type { ClientEvents } from '#client/events';
import { MemoryStorage } from '#client/memory-storage';
import type { ClientOptions, HttpAnswer, HttpRequest, SocketEvents } from '#client/ports';

export interface Dialled {
  readonly events: SocketEvents;
  readonly sent: Record<string, unknown>[];
  isClosed: boolean;
}

export interface Asked {
  readonly request: HttpRequest;
  readonly answer: (answer: HttpAnswer) => void;
  /** It was called off. */
  isOff: boolean;
}

const names = ['message', 'state', 'receipt', 'gap', 'rewound', 'opened', 'removed', 'presence', 'connection'] as const;

export class Desk {
  readonly clock: VirtualClock;
  readonly storage: MemoryStorage;
  readonly core: ClientCore;
  readonly dials: Dialled[] = [];
  readonly asked: Asked[] = [];
  readonly shown: { [K in (typeof names)[number]]: ClientEvents[K][] } = {
    message: [],
    state: [],
    receipt: [],
    gap: [],
    rewound: [],
    opened: [],
    removed: [],
    presence: [],
    connection: [],
  };
  #ids = 0;

  constructor(options: Partial<ClientOptions> = {}, before?: Desk) {
    this.clock = before?.clock ?? new VirtualClock(1_000_000);
    this.storage = before?.storage ?? new MemoryStorage();
    this.#ids = before === undefined ? 0 : 1_000;
    this.core = new ClientCore({
      device: 'phone',
      clock: this.clock,
      random: seededRandom('desk'),
      storage: this.storage,
      token: (done) => done('a token'),
      newId: () => `id-${String((this.#ids += 1)).padStart(6, '0')}`,
      dial: (events) => this.#dial(events),
      ...options,
    });
    for (const name of names) this.core.on(name, (event) => (this.shown[name] as unknown[]).push(event));
    this.core.start();
  }

  #dial(events: SocketEvents): { send: (text: string) => void; close: () => void } {
    const dialled: Dialled = { events, sent: [], isClosed: false };
    this.dials.push(dialled);
    return {
      send: (text) => dialled.sent.push(JSON.parse(text) as Record<string, unknown>),
      close: () => (dialled.isClosed = true),
    };
  }

  /** The socket opened last. */
  get socket(): Dialled {
    const last = this.dials.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  }

  /** What went over it since the last look, of one kind. */
  sent(t: string): Record<string, unknown>[] {
    return this.socket.sent.filter((frame) => frame['t'] === t);
  }

  say(...frames: (ServerFrame | object)[]): void {
    for (const frame of frames) this.socket.events.text(JSON.stringify(frame));
  }

  /** Opens the socket and says welcome; the replay is still to come. */
  welcome(more: object = {}): void {
    this.socket.events.opened();
    const exp = this.clock.now() + 86_400_000;
    const names = { session: 's', user: 'alice', device: 'phone', node: 'n' };
    this.say({ t: 'welcome', ...names, heartbeatMs: 30_000, ackWindow: 256, resumed: true, exp, ...more });
  }

  /** Welcomed, with nothing missed. */
  connect(...replay: object[]): void {
    this.welcome();
    this.say(...replay, { t: 'ready' });
  }

  bodies(): string[] {
    return this.shown.message.map(({ body }) => body);
  }

  states(id: string): string[] {
    return this.shown.state.filter((one) => one.id === id).map(({ state }) => state);
  }

  lifeStates(): string[] {
    return this.shown.connection.map(({ state }) => state);
  }
}

/** Ms until the next socket is opened. */
export const untilDialled = (desk: Desk): number => {
  const [at, before] = [desk.clock.now(), desk.dials.length];
  while (desk.dials.length === before && desk.clock.ringNext(at + 120_000));
  return desk.clock.now() - at;
};

export const message = (conv: string, seq: number, from = 'bob'): object => ({
  t: 'message',
  conv,
  seq,
  mid: `mid-${conv}-${seq}`,
  from,
  id: `id-of-${conv}-${seq}`,
  body: `${conv} ${seq}`,
  at: seq,
});

export const stored = (conv: string, seq: number, id: unknown): object => ({
  t: 'stored',
  id,
  conv,
  seq,
  mid: `mid-${conv}-${seq}`,
  at: seq,
});

/** A page of the history, as the server would answer it. */
export const page = (request: Record<string, unknown> | undefined, to: number, more = false): object => {
  const { id, conv, after } = request as { id: string; conv: string; after: number };
  const numbers = Array.from({ length: Math.max(0, to - after) }, (_, index) => after + 1 + index);
  return { t: 'history', id, conv, messages: numbers.map((seq) => ({ ...message(conv, seq), t: undefined })), more };
};
