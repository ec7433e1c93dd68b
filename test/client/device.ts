/**
 * One device of the simulation: the client's core over a simulated socket, a clock of its own that may jump or sleep,
 * and a storage that outlives it. It notes what it showed, run by run; frames may come twice or late.
 */
import type { WireMessage } from '#contract/frames';
import type { Clock, Random } from '#contract/ports/system';
import { ClientCore } from '#client/core';
import type { ClientEvents } from '#client/events';
import { MemoryStorage } from '#client/memory-storage';
import type { ClientSocket, SocketEvents } from '#client/ports';
import type { SimulatedNode } from '#test/nodes/node';
import { SimulatedSocket } from '#test/nodes/socket';

export interface DeviceWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** A node that takes connections; undefined while none does. */
  readonly pickNode: () => SimulatedNode | undefined;
  readonly nextName: (prefix: string) => string;
  readonly happened: Mischief;
}

/** What was done to devices: runs in which none of it happened would prove nothing. */
export interface Mischief {
  doubled: number;
  swapped: number;
  crashes: number;
  restarts: number;
  jumps: number;
  sleeps: number;
  cuts: number;
}

/** What one run of the client showed, by conversation; after a crash the next may repeat what was not saved. */
export interface Run {
  readonly shown: Map<string, WireMessage[]>;
  readonly gaps: ClientEvents['gap'][];
  readonly afterCrash: boolean;
}

export class Device {
  readonly runs: Run[] = [];
  /** What the person wrote, in order, and what the client said of it last. */
  readonly written = new Map<string, { readonly conv: string; state: string }>();
  readonly conversations = new Set<string>();
  core: ClientCore;
  readonly #world: DeviceWorld;
  readonly #storage = new MemoryStorage();
  readonly #timers = new Set<object>();
  #socket: SimulatedSocket | undefined;
  #offsetMs = 0;
  #asleepUntil = 0;
  #life = 0;

  constructor(
    readonly user: string,
    readonly name: string,
    world: DeviceWorld,
  ) {
    this.#world = world;
    this.core = this.#start(false);
  }

  /** Timers that will ring. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  write(conv: string, body: string): void {
    const id = this.#world.nextName(`send-${this.user}-${this.name}-`);
    this.written.set(id, { conv, state: 'sending' });
    this.core.send(conv, body, undefined, id);
  }

  /** The network to the server goes, at whatever byte. */
  cut(): void {
    this.#world.happened.cuts += this.#socket === undefined ? 0 : 1;
    this.#socket?.cut();
  }

  /** The process ends between two steps, and starts again on what was saved. */
  crash(): void {
    this.#world.happened.crashes += 1;
    this.#timers.clear();
    this.cut();
    this.core = this.#start(true);
  }

  /** The app is closed and opened again. */
  restart(): void {
    this.#world.happened.restarts += 1;
    this.core.stop();
    this.core = this.#start(false);
  }

  jump(ms: number): void {
    this.#world.happened.jumps += 1;
    this.#offsetMs += ms;
  }

  /** The lid is shut: nothing rings until it is opened. */
  sleep(ms: number): void {
    this.#world.happened.sleeps += 1;
    this.#asleepUntil = Math.max(this.#asleepUntil, this.#world.clock.now() + ms);
  }

  #start(afterCrash: boolean): ClientCore {
    this.#life += 1;
    const life = this.#life;
    const run: Run = { shown: new Map(), gaps: [], afterCrash };
    this.runs.push(run);
    const core = new ClientCore({
      device: this.name,
      clock: this.#clock(life),
      random: this.#world.random,
      storage: this.#storage,
      token: (done) => done(this.user),
      newId: () => this.#world.nextName('question-'),
      dial: (events) => this.#dial(life, events),
      // Within the time that a run has, everybody comes back often.
      limits: { 'reconnect.capMs': 2_000 },
    });
    core.on('message', (message) => {
      run.shown.set(message.conv, [...(run.shown.get(message.conv) ?? []), message]);
      this.conversations.add(message.conv);
    });
    core.on('opened', ({ conv }) => this.conversations.add(conv));
    core.on('gap', (gap) => run.gaps.push(gap));
    core.on('state', ({ id, state }) => {
      const written = this.written.get(id);
      if (written !== undefined) written.state = state;
    });
    core.start();
    return core;
  }

  #clock(life: number): Clock {
    const { clock } = this.#world;
    return {
      now: () => clock.now() + this.#offsetMs,
      schedule: (delayMs, ring) => {
        const token = {};
        this.#timers.add(token);
        const due = (): void => {
          if (!this.#timers.has(token) || life !== this.#life) return;
          const restMs = this.#asleepUntil - clock.now();
          if (restMs > 0) return void clock.schedule(restMs, due);
          this.#timers.delete(token);
          ring();
        };
        clock.schedule(delayMs, due);
        return { cancel: () => void this.#timers.delete(token) };
      },
    };
  }

  #dial(life: number, events: SocketEvents): ClientSocket {
    const { clock, random, pickNode, nextName } = this.#world;
    const node = pickNode();
    const isMine = (): boolean => life === this.#life;
    if (node === undefined) {
      clock.schedule(5, () => isMine() && events.closed(1006));
      return { send: () => undefined, close: () => undefined };
    }
    const mischief = this.#mischief((text) => isMine() && events.text(text));
    const ends = { onText: mischief, onClose: (code: number) => isMine() && events.closed(code) };
    const socket = new SimulatedSocket(nextName('s'), node, ends, clock, random);
    this.#socket = socket;
    clock.schedule(random.int(5), () => isMine() && events.opened());
    return { send: (text) => isMine() && socket.send(text), close: () => socket.cut() };
  }

  /** Once the replay is over a message may come twice, or after the next one. */
  #mischief(deliver: (text: string) => void): (text: string) => void {
    const { random, happened } = this.#world;
    let isReady = false;
    let kept: string | undefined;
    return (text) => {
      const { t, conv = '' } = JSON.parse(text) as { t: string; conv?: string };
      if (t === 'ready') isReady = true;
      // The first of a conversation says where this device starts.
      const drawn = isReady && t === 'message' && this.conversations.has(conv) ? random.int(10) : 9;
      if (drawn === 0 && kept === undefined) {
        kept = text;
        happened.swapped += 1;
        return;
      }
      deliver(text);
      if (drawn === 1) {
        happened.doubled += 1;
        deliver(text);
      }
      if (kept !== undefined) deliver(kept);
      kept = undefined;
    };
  }
}
