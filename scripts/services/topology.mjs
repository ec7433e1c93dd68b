// How many of each service there are. The default is the least in which everything that can fail over does; `full` is
// the product as it was first described: ten shards of a primary and three replicas.

/**
 * @typedef {object} Topology
 * @property {number} shards inbox shards, each a Redis primary
 * @property {number} replicas of each shard
 * @property {number} sentinels that watch the shards and promote a replica
 * @property {number} brokers of Kafka, each a controller too
 */

/** @type {Topology} */
export const usual = { shards: 3, replicas: 2, sentinels: 3, brokers: 1 };

/** @type {Topology} */
export const full = { shards: 10, replicas: 3, sentinels: 3, brokers: 3 };

const most = { shards: 64, replicas: 8, sentinels: 9, brokers: 9 };

/**
 * The usual topology with what is asked for instead. No Sentinels: the URL names the primaries, nothing fails over.
 * @param {Partial<Topology>} [wanted]
 * @returns {Topology}
 */
export function topologyOf(wanted = {}) {
  const topology = { ...usual, ...wanted };
  for (const [name, least] of Object.entries({ shards: 1, replicas: 0, sentinels: 0, brokers: 1 })) {
    const key = /** @type {keyof Topology} */ (name);
    const count = topology[key];
    if (Number.isInteger(count) && count >= least && count <= most[key]) continue;
    throw new Error(`${name} must be a whole number from ${least} to ${most[key]}`);
  }
  return topology;
}

/** The name by which Sentinels know a shard. @param {number} index */
export const shardName = (index) => `shard-${index}`;
