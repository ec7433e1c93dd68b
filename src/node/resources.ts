/**
 * An actor for each thing outside that may fail, with its breaker; and the guards that stand in front of the clients.
 */
import { closedView, resourceBehaviour } from '#actors/resource';
import { freshSeed } from '#adapters/system/random';
import { systemTime } from '#adapters/system/time';
import type { Guard } from '#contract/guard';
import { guardOf } from '#resilience/guarding';
import { seededRandom } from '#runtime/random';
import type { BackendKit } from '#node/backend';

/** Its name among resources. */
export const database = 'dynamodb';

/** One guard for each name, however often it is asked for. */
export const guardsOf = ({ system, limits, meter }: Pick<BackendKit, 'system' | 'limits' | 'meter'>) => {
  const guards = new Map<string, Guard>();
  const random = seededRandom(freshSeed());
  return (name: string): Guard => {
    const known = guards.get(name);
    if (known !== undefined) return known;
    const view = closedView();
    const openMs = limits[name === database ? 'breaker.openMs' : 'breaker.quickMs'];
    const ref = system.spawn(resourceBehaviour({ name, openMs, view }), `resource-${name}`);
    const guard = guardOf({
      ...{ name, time: systemTime, random, limits, breaker: view },
      tell: (t) => {
        ref.tell({ t });
      },
      count: (how) => meter.count('hogmanay_calls_total', `${name} ${how}`),
    });
    guards.set(name, guard);
    return guard;
  };
};
