// Waiting for a service: asked again and again until it answers, its process is gone, or time is up.
import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 50;

/**
 * Resolves when `ask` answers true; one that fails is asked again. Rejects when `until` milliseconds are over, or
 * when `isGone` says that nobody can answer any more.
 * @param {string} what
 * @param {() => Promise<boolean>} ask
 * @param {{ withinMs: number, isGone?: () => boolean, signal?: AbortSignal | undefined }} options
 */
export async function waitFor(what, ask, { withinMs, isGone = () => false, signal }) {
  const end = performance.now() + withinMs;
  let last = '';
  while (performance.now() < end) {
    signal?.throwIfAborted();
    try {
      if (await ask()) return;
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (isGone()) throw new Error(`${what} has ended`);
    await sleep(everyMs);
  }
  throw new Error(`${what} was not ready within ${withinMs / 1000} s${last}`);
}
