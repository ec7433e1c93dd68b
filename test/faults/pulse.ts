/** How a crowd fares: when answers came, and how long it took until everyone had one again. */
import type { ServerFrame } from '#test/e2e/driver/frames';
import type { Log } from '#test/e2e/driver/log';
import { until } from '#test/e2e/driver/wait';

export class Pulse {
  queued = 0;
  /** Sends that were refused, to be repeated. */
  refused = 0;
  readonly #answers: number[] = [];
  readonly #stored = new Map<string, number>();

  /** What one of the crowd hears of its server. */
  readonly hears =
    (user: string) =>
    (frame: ServerFrame): void => {
      const now = performance.now();
      if (frame.t === 'stored') this.#stored.set(user, now);
      if (frame.t === 'stored' || frame.t === 'queued') this.#answers.push(now);
      if (frame.t === 'queued') this.queued += 1;
      if (frame.t === 'error') this.refused += 1;
    };

  /** The longest time since then, in ms, in which nobody had any answer. */
  silence(from: number): number {
    const times = [from, ...this.#answers.filter((at) => at >= from), performance.now()];
    return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  }

  /** Waits until each of them has been told `stored` since then. */
  async everyone(users: readonly string[], from: number, log: Log, withinMs: number): Promise<void> {
    const waiting = () => users.filter((user) => (this.#stored.get(user) ?? 0) < from);
    const story = () =>
      waiting()
        .slice(0, 2)
        .map((user) => log.storyOf(user))
        .join('\n\n');
    await until(
      () => waiting().length === 0,
      () => `everyone is told \`stored\` again; not yet: ${waiting().join(' ')}\n${story()}`,
      withinMs,
    );
  }
}
