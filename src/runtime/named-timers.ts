/**
 * An actor's timers. By name: the same name again replaces, and a setting that was replaced is known when it rings late.
 * Nameless ones serve machines and restarts. All of them end with the incarnation that set them.
 */
import type { Clock, Timer } from '#contract/ports/system';
import type { Cell } from '#runtime/cell';
import type { Control } from '#runtime/envelope';

interface Setting {
  readonly setting: number;
  readonly message: unknown;
  readonly periodMs: number | undefined;
  timer: Timer;
}

/** The shortest period of a repeating timer: at 0 time would stand still. */
const shortestPeriodMs = 1;

export class NamedTimers {
  readonly #cell: Cell;
  #settings: Map<string, Setting> | undefined;
  #nameless: Set<Timer> | undefined;
  #clock: Clock | undefined;
  #next = 1;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  /** A clock whose timers ring inside turns of the actor. */
  get clock(): Clock {
    const { system } = this.#cell;
    return (this.#clock ??= {
      now: () => system.turnNow,
      schedule: (delayMs, callback) =>
        this.offerAfter(delayMs, { kind: 'call', incarnation: this.#cell.incarnation, callback }),
    });
  }

  set(name: string, delayMs: number, message: unknown): void {
    this.#set(name, delayMs, message, undefined);
  }

  repeat(name: string, periodMs: number, message: unknown): void {
    const period = Math.max(shortestPeriodMs, periodMs);
    this.#set(name, period, message, period);
  }

  cancel(name: string): void {
    this.#settings?.get(name)?.timer.cancel();
    this.#settings?.delete(name);
  }

  cancelAll(): void {
    for (const { timer } of this.#settings?.values() ?? []) timer.cancel();
    for (const timer of this.#nameless ?? []) timer.cancel();
    this.#settings = undefined;
    this.#nameless = undefined;
  }

  /** The message of a timer that rang, if it still counts; a repeating one is armed again. */
  rang(name: string, number: number): { readonly message: unknown } | undefined {
    const setting = this.#settings?.get(name);
    if (setting?.setting !== number) return undefined;
    if (setting.periodMs === undefined) this.#settings?.delete(name);
    else setting.timer = this.#arm(name, number, setting.periodMs);
    return setting;
  }

  /** Offers a control message after a while, once. */
  offerAfter(delayMs: number, control: Control): Timer {
    const cell = this.#cell;
    const cause = cell.system.currentId();
    const nameless = (this.#nameless ??= new Set());
    const timer = cell.system.timers.schedule(delayMs, () => {
      nameless.delete(timer);
      cell.offerControl(control, cause);
    });
    nameless.add(timer);
    return {
      cancel: () => {
        nameless.delete(timer);
        timer.cancel();
      },
    };
  }

  #set(name: string, delayMs: number, message: unknown, periodMs: number | undefined): void {
    this.cancel(name);
    const setting = this.#next++;
    const timer = this.#arm(name, setting, delayMs);
    this.#settings ??= new Map();
    this.#settings.set(name, { setting, message, periodMs, timer });
  }

  #arm(name: string, setting: number, delayMs: number): Timer {
    const cell = this.#cell;
    const { incarnation } = cell;
    const cause = cell.system.currentId();
    return cell.system.timers.schedule(delayMs, () =>
      cell.offerControl({ kind: 'timer', name, incarnation, setting }, cause),
    );
  }
}
