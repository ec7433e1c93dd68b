// A set of services and what can be done with it: each process by its role, the variables that lead there, and the end.
import { ServiceProcess } from './processes.mjs';
import { dynamodbUrl, isDynamodbReady } from './dynamodb.mjs';
import { envOf, kinds } from './given.mjs';
import { isKafkaReady, kafkaUrl } from './kafka.mjs';
import { ask, isRedisReady, redisUrl } from './redis.mjs';
import { endAll, readState, writeState } from './state.mjs';
import { shardName } from './topology.mjs';

/** @typedef {import('./processes.mjs').Spec} Spec */
/** @typedef {import('./state.mjs').State} State */
/** @typedef {import('./state.mjs').Given} Given */
/** @typedef {import('./topology.mjs').Topology} Topology */

/**
 * The roles are those at the start: after a failover another server of the shard is its primary (`primaryNow`).
 * @typedef {object} Shard
 * @property {string} name
 * @property {ServiceProcess} primary
 * @property {ServiceProcess[]} replicas
 */

const readiness = {
  redis: isRedisReady,
  sentinel: isRedisReady,
  durable: isRedisReady,
  kafka: isKafkaReady,
  dynamodb: isDynamodbReady,
};

export class Services {
  /** @type {ServiceProcess[]} */
  #members = [];
  /** @type {Given} */
  #given;
  /** @type {() => void} */
  #ended = () => undefined;

  /**
   * @param {string} folder
   * @param {{ topology: Topology, given: Given }} what
   */
  constructor(folder, { topology, given }) {
    this.folder = folder;
    this.topology = topology;
    this.#given = given;
    this.#save();
  }

  /** The set that another process started in this folder; undefined when there is none. @param {string} folder */
  static at(folder) {
    const state = readState(folder);
    if (state === undefined) return undefined;
    const services = new Services(folder, state);
    for (const { spec, identity } of state.members) services.#add(spec, identity);
    services.#save();
    return services;
  }

  /** Makes processes of these, not started yet. @param {Spec[]} specs */
  add(specs) {
    return specs.map((spec) => this.#add(spec, undefined));
  }

  /** @param {Spec} spec @param {import('./processes.mjs').Identity | undefined} identity */
  #add(spec, identity) {
    const parts = { isReady: readiness[spec.kind], changed: () => this.#save() };
    const member = new ServiceProcess(spec, identity === undefined ? parts : { ...parts, identity });
    this.#members.push(member);
    return member;
  }

  #save() {
    const members = this.#members.map(({ spec, identity }) => ({ spec, identity }));
    writeState(this.folder, { v: 1, topology: this.topology, given: this.#given, members });
  }

  get processes() {
    return [...this.#members];
  }

  get redis() {
    return { shards: this.#shards(), sentinels: this.#of('sentinel'), durable: this.#one('durable') };
  }

  get kafka() {
    return { brokers: this.#of('kafka') };
  }

  get dynamodb() {
    return this.#one('dynamodb');
  }

  /** Which server of the shard takes writes now. @param {Shard} shard @returns {Promise<ServiceProcess | undefined>} */
  async primaryNow({ primary, replicas }) {
    const role = async (/** @type {ServiceProcess} */ server) => {
      const answer = await ask(server.port, 'ROLE').catch(() => []);
      return /** @type {unknown[]} */ (answer)[0];
    };
    const servers = [...replicas, primary].filter((server) => server.alive);
    const roles = await Promise.all(servers.map(role));
    return servers[roles.indexOf('master')];
  }

  #shards() {
    const servers = this.#of('redis');
    return Array.from({ length: servers.length === 0 ? 0 : this.topology.shards }, (_, index) => {
      const name = shardName(index);
      const primary = this.#named(`${name}-primary`);
      return { name, primary, replicas: servers.filter((server) => server.name.startsWith(`${name}-replica-`)) };
    });
  }

  /** @param {Spec['kind']} kind */
  #of(kind) {
    return this.#members.filter(({ spec }) => spec.kind === kind);
  }

  /** @param {Spec['kind']} kind */
  #one(kind) {
    return this.#named(this.#of(kind)[0]?.name ?? kind);
  }

  /** @param {string} name */
  #named(name) {
    const found = this.#members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`there is no ${name} in this set`);
    return found;
  }

  /** The address of each service, given or started. @returns {Given} */
  get urls() {
    const specs = this.#members.map(({ spec }) => spec);
    const has = (/** @type {Spec['kind']} */ kind) => specs.some((spec) => spec.kind === kind);
    return {
      ...(has('durable') ? { redis: redisUrl(specs) } : {}),
      ...(has('kafka') ? { kafka: kafkaUrl(specs) } : {}),
      ...(has('dynamodb') ? { dynamodb: dynamodbUrl(this.dynamodb.port) } : {}),
      ...this.#given,
    };
  }

  /** HOGMANAY_REDIS and so on: what the product and the live tests read. @returns {Record<string, string>} */
  get env() {
    return envOf(this.urls);
  }

  /** What `npm run services -- status` prints. */
  get status() {
    const { urls } = this;
    /** @type {Record<string, { url: string, given: boolean }>} */
    const services = {};
    for (const kind of kinds) {
      const url = urls[kind];
      if (url !== undefined) services[kind] = { url, given: this.#given[kind] !== undefined };
    }
    const processes = this.#members.map(({ name, spec, pid, alive }) => {
      const { kind, port, logFile } = spec;
      return { name, kind, port, pid, alive, log: logFile };
    });
    return {
      up: processes.every(({ alive }) => alive),
      folder: this.folder,
      topology: this.topology,
      services,
      processes,
    };
  }

  /** Something to do once the set has ended. @param {() => void} ended */
  onEnd(ended) {
    this.#ended = ended;
  }

  /**
   * Ends all that was started here, and removes the data.
   * @param {{ keepLogs?: boolean }} [options]
   */
  async stop(options) {
    const ended = await endAll(this.folder, options);
    this.#ended();
    return ended;
  }
}
