// The process in which attacks are done: apart from the crowd that measures, so that what the attacker computes is not
// taken for slowness of the server. It gets a name and a target, and answers with the tally.
import { constants, setPriority } from 'node:os';
import { Camp } from '#test/siege/attack';
import type { Target } from '#test/siege/attack';
import { attackNamed } from '#test/siege/attacks/campaigns';

// A real attacker has a machine of his own. Here he shares two cores with server and crowd, and comes last.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const strike = async ({ name, target }: { name: string; target: Target }): Promise<void> => {
  const camp = new Camp(target);
  try {
    await attackNamed(name).strike(camp);
  } catch (error) {
    camp.wrong(`the attack broke off: ${String(error)}`);
  }
  camp.strikeCamp();
  process.send?.(camp.tally);
};

process.on('message', (order) => void strike(order as { name: string; target: Target }));
