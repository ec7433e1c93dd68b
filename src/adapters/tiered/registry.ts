/**
 * The salt registry: the durable Redis decides, the database has a backup that is written first (B15). While Redis is
 * away, or is a process that nobody has reconciled with the backup, the backup is read directly (B19) and the process
 * reconciled (B16); "nothing" counts only from one that is.
 */
import type { Conv } from '#contract/conversation';
import { fromPromise } from '#contract/from-promise';
import type { Registered, RegistryBackup, RegistryServer } from '#contract/parts/registry';
import type { Log } from '#contract/ports/system';
import type { Registry, Routing } from '#contract/ports/registry';
import type { TieredPending } from '#adapters/tiered/pending';
import { faultOf } from '#adapters/tiered/positions';

export interface RegistryKit {
  readonly server: RegistryServer;
  readonly backup: RegistryBackup;
  /** What the log of what is queued still holds. */
  readonly queue: Pick<TieredPending, 'isLogDrained' | 'isEmpty'>;
  readonly log: Log;
}

export const tieredRegistry = ({ server, backup, queue, log }: RegistryKit): Registry => {
  let reconciling: Promise<void> | undefined;

  const reconcile = async (run: string): Promise<void> => {
    let count = 0;
    for await (const page of backup.all()) {
      for (const { conv, partitions } of page) await server.raise(conv, partitions);
      count += page.length;
    }
    await server.reconciled(run);
    log.info('the salt registry was reconciled with its backup', { run, conversations: count });
  };

  const reconcileOnce = (run: string): void => {
    reconciling ??= reconcile(run)
      .catch((error: unknown) => log.warn('the salt registry could not be reconciled', { error: String(error) }))
      .finally(() => (reconciling = undefined));
  };

  /** Undefined: nobody answers. */
  const ask = (conv: Conv): Promise<Registered | undefined> => server.of(conv).catch(() => undefined);

  const routeBy = async (conv: Conv, known: Registered | undefined): Promise<number> => {
    if (known?.isReconciled === true) return known.partitions;
    if (known !== undefined) reconcileOnce(known.run);
    return Math.max(known?.partitions ?? 1, await backup.get(conv));
  };

  const of = async (conv: Conv): Promise<Routing> => {
    const known = await ask(conv);
    return { partitions: await routeBy(conv, known), isDrained: await isDrained(conv, known) };
  };

  /** Nobody knows what is queued, or a new process does not: the log has to say. Where it cannot, all has to queue. */
  const isDrained = async (conv: Conv, known: Registered | undefined): Promise<boolean> => {
    if (known !== undefined && known.queued > 0) return false;
    if (known?.isProven === true) return true;
    try {
      if (known === undefined || !(await queue.isEmpty())) return await queue.isLogDrained(conv);
      await server.proven(known.run);
      return true;
    } catch {
      return false;
    }
  };

  return {
    of: (conv) => fromPromise(() => of(conv), faultOf),
    partitionsOf: (conv) => fromPromise(async () => routeBy(conv, await ask(conv)), faultOf),
    raise: (conv, partitions) =>
      fromPromise(async () => {
        const raised = await backup.raise(conv, partitions);
        await server.raise(conv, raised);
        return raised;
      }, faultOf),
  };
};
