/**
 * An actor's timers. By name: the same name again replaces, and a setting that was replaced is known when it rings
 * late. Nameless ones serve machines and restarts. All of them end with the incarnation that set them, and so does
 * whatever else is bound to it. An actor may be one of a hundred thousand: what it does not use it does not have.
 */
import type { Timer } from '#contract/ports/system';
import type { Control } from '#runtime/envelope';
import type { Inmate, Timers } from '#runtime/inside';
import type { Cause } from '#runtime/types';

interface Setting {
  readonly setting: number;
  readonly message: unknown;
  readonly periodMs: number | undefined;
  timer: Timer;
}

/** The shortest period of a repeating timer: at 0 time would stand still. */
const shortestPeriodMs = 1;

const nothing: readonly Timer[] = [];

export class NamedTimers implements Timers {
  readonly #cell: Inmate;
  #settings: Map<string, Setting> | undefined;
  #bound = nothing;
  #next = 1;

  constructor(cell: Inmate) {
    this.#cell = cell;
  }

  now(): number {
    return this.#cell.system.turnNow;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    return this.offerAfter(delayMs, { kind: 'call', incarnation: this.#cell.incarnation, callback });
  }

  /** Offers a control message after a while, once. */
  offerAfter(delayMs: number, control: Control): Timer {
    const timer = new Nameless(this.#cell, delayMs, control, this.#cell.system.currentId());
    this.bind(timer);
    return timer;
  }

  /** Few at a time: an array of exactly their number is the smallest. */
  bind(timer: Timer): void {
    this.#bound = [...this.#bound, timer];
  }

  release(timer: Timer): void {
    this.#bound = this.#bound.length === 1 ? nothing : this.#bound.filter((each) => each !== timer);
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
    this.#settings = undefined;
    const bound = this.#bound;
    this.#bound = nothing;
    for (const timer of bound) timer.cancel();
  }

  /** The message of a timer that rang, if it still counts; a repeating one is armed again. */
  rang(name: string, number: number): { readonly message: unknown } | undefined {
    const setting = this.#settings?.get(name);
    if (setting?.setting !== number) return undefined;
    if (setting.periodMs === undefined) this.#settings?.delete(name);
    else setting.timer = this.#arm(name, number, setting.periodMs);
    return setting;
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

class Nameless implements Timer {
  readonly #cell: Inmate;
  readonly #timer: Timer;

  constructor(cell: Inmate, delayMs: number, control: Control, cause: Cause) {
    this.#cell = cell;
    this.#timer = cell.system.timers.schedule(delayMs, () => {
      cell.timers.release(this);
      cell.offerControl(control, cause);
    });
  }

  cancel(): void {
    this.#cell.timers.release(this);
    this.#timer.cancel();
  }
}
