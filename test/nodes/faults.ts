/**
 * What the design promises to survive, drawn from a seed: nodes that crash, pause, drain and come back, connections
 * that are cut, publishes that are lost or late. Each fault ends by itself; at the end everything is healed.
 */
import type { Clock, Random } from '#contract/ports/system';
import type { SimulatedNode } from '#test/nodes/node';

/** What the bus does to one message between nodes. */
export interface Weather {
  /** Share of publishes that are lost. */
  lost: number;
  /** Longest delay of those that are not, in ms. */
  longestDelayMs: number;
  /** Share of store calls that answer `store.unavailable`, and of answers that never come. */
  storeFaults: number;
  /** The store refuses everything, and everybody knows it. */
  isStoreAway: boolean;
}

export interface FaultTargets {
  readonly clock: Clock;
  readonly random: Random;
  readonly nodes: readonly SimulatedNode[];
  readonly clients: readonly { cut(): void }[];
  readonly weather: Weather;
  /** What is queued is drained by other nodes from now on. */
  readonly rebalance: (shift: number) => void;
  readonly note: (text: string) => void;
}

export const calm: Weather = { lost: 0, longestDelayMs: 5, storeFaults: 0, isStoreAway: false };

const between = (random: Random, least: number, most: number): number => least + random.int(most - least + 1);

const crash = ({ clock, random, note }: FaultTargets, node: SimulatedNode): void => {
  if (!node.running) return;
  note(`${node.name} crashes`);
  node.crash();
  clock.schedule(between(random, 20, 2_000), () => {
    note(`${node.name} starts`);
    node.restart();
  });
};

const pause = ({ clock, random, note }: FaultTargets, node: SimulatedNode): void => {
  if (!node.running || node.paused) return;
  note(`${node.name} pauses`);
  node.pause();
  clock.schedule(between(random, 50, 8_000), () => {
    note(`${node.name} goes on`);
    node.resume();
  });
};

const drain = ({ clock, random, note }: FaultTargets, node: SimulatedNode): void => {
  note(`${node.name} drains`);
  node.drain(() => {
    note(`${node.name} has drained`);
    clock.schedule(between(random, 20, 500), () => node.restart());
  });
};

const storm = ({ clock, random, weather, note }: FaultTargets): void => {
  weather.lost = random.next();
  weather.longestDelayMs = between(random, 5, 2_000);
  weather.storeFaults = random.next() * 0.3;
  const { lost, longestDelayMs, storeFaults } = weather;
  note(`weather: ${lost.toFixed(2)} lost, late by ${longestDelayMs}, ${storeFaults.toFixed(2)} faults`);
  clock.schedule(between(random, 100, 3_000), () => Object.assign(weather, calm));
};

/** Sends are queued meanwhile, where they can be. */
const outage = ({ clock, random, weather, note }: FaultTargets): void => {
  note('the store is away');
  weather.isStoreAway = true;
  clock.schedule(between(random, 200, 6_000), () => {
    note('the store is back');
    weather.isStoreAway = false;
  });
};

const rebalance = (targets: FaultTargets): void => {
  targets.note('drainers change');
  targets.rebalance(targets.random.int(8));
};

/** Draws faults until `until`, then heals. */
export const drawFaults = (targets: FaultTargets, count: number, withinMs: number): void => {
  const { clock, random, nodes, clients } = targets;
  for (let drawn = 0; drawn < count; drawn += 1) {
    const node = nodes[random.int(nodes.length)] as SimulatedNode;
    const client = clients[random.int(clients.length)];
    const kind = random.int(9);
    clock.schedule(random.int(withinMs), () => {
      if (kind === 0) crash(targets, node);
      else if (kind === 1) pause(targets, node);
      else if (kind === 2) client?.cut();
      else if (kind === 3) drain(targets, node);
      else if (kind === 4) rebalance(targets);
      else if (kind <= 6) outage(targets);
      else storm(targets);
    });
  }
};

export const heal = ({ nodes, weather, note }: FaultTargets): void => {
  note('healed');
  Object.assign(weather, calm);
  for (const node of nodes) {
    node.restart();
    if (node.paused) node.resume();
  }
};
