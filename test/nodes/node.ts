/**
 * One app server of the simulation: the product's own actors over shared memory stores, on a virtual clock. It can be
 * paused (nothing of it runs, its timers pile up), crashed (what it knew is gone, what it had asked for may still
 * happen) and started again.
 */
import type { Limits } from '#contract/limits';
import type { Ports } from '#contract/ports/ports';
import type { Ids, Log } from '#contract/ports/system';
import { appServer } from '#actors/app-server';
import type { AppServer } from '#actors/app-server';
import type { StepDriver } from '#runtime/step-driver';
import { ActorSystem } from '#runtime/system';
import type { Driver, Observer, Runnable } from '#runtime/types';

export interface NodeOptions {
  readonly name: string;
  readonly driver: StepDriver;
  readonly limits: Limits;
  readonly seed: string;
  readonly ids: Ids;
  /** This node's view of the shared stores and bus. */
  readonly ports: () => Ports;
  readonly observer: Observer;
  readonly log: Log;
}

/** A connection to this node, as far as the node's own death goes. */
interface Attached {
  nodeCrashed(): void;
}

export class SimulatedNode {
  readonly name: string;
  readonly limits: Limits;
  readonly log: Log;
  readonly sockets = new Set<Attached>();
  running = true;
  paused = false;
  app: AppServer;
  system: ActorSystem;
  readonly #options: NodeOptions;
  #starts = 0;
  #waiting: (() => void)[] = [];

  constructor(options: NodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.limits = options.limits;
    this.log = options.log;
    [this.system, this.app] = this.#start();
  }

  get takesConnections(): boolean {
    return this.running && !this.paused && this.app.state() === 'serving';
  }

  crash(): void {
    if (!this.running) return;
    this.running = false;
    this.paused = false;
    this.#waiting = [];
    this.system.crash();
    this.app.detach();
    for (const socket of this.sockets) socket.nodeCrashed();
    this.sockets.clear();
  }

  restart(): void {
    if (this.running) return;
    this.running = true;
    [this.system, this.app] = this.#start();
  }

  /** Emptied for maintenance; once nobody is connected any more it stops as a process does, to be started again. */
  drain(stopped: () => void): void {
    if (!this.takesConnections) return;
    const { app, system } = this;
    app.drain(() => {
      if (this.app !== app || !this.running) return;
      this.running = false;
      app.detach();
      system.stop();
      stopped();
    });
  }

  pause(): void {
    this.paused = this.running;
  }

  resume(): void {
    this.paused = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Now, or when the pause ends; never for a run of the node that has crashed. */
  whenRunning(go: () => void): void {
    if (!this.running) return;
    if (this.paused) this.#waiting.push(go);
    else go();
  }

  #start(): [ActorSystem, AppServer] {
    const { name, limits, seed, log, ids, ports, observer } = this.#options;
    this.#starts += 1;
    const system = new ActorSystem({
      name,
      epoch: String(this.#starts),
      driver: this.#driver(),
      limits,
      log,
      seed: `${seed}/${name}/${this.#starts}`,
      observer: (path, envelope) => observer(`${name}${path}`, envelope),
    });
    return [system, appServer({ system, node: name, ports: ports(), ids, limits, alone: false })];
  }

  /** The shared driver, but a turn that comes up during a pause waits for its end. */
  #driver(): Driver {
    const { driver } = this.#options;
    const schedule = (runnable: Runnable): void => {
      const turn = (): void => {
        if (this.paused) this.#waiting.push(() => schedule(runnable));
        else runnable.turn();
      };
      driver.schedule({ path: runnable.path, handle: undefined, parentHandle: undefined, turn });
    };
    return { clock: driver.clock, attach: () => undefined, detach: () => undefined, schedule };
  }
}
