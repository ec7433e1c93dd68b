// docker-compose.yml cannot be run where we test: so it must say the same as what is tested. Versions, topology and
// settings are compared with scripts/services, and the file is checked by docker-compose itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseRedisUrl } from '#adapters/redis/address';
import { limitTable } from '#contract/limits';
import { run } from '#scripts/services/commands';
import { demand, Missing } from '#scripts/services/install';
import { sharedSettings } from '#scripts/services/kafka';
import { durableSettings, inboxSettings, monitor } from '#scripts/services/redis';
import { shardName, usual } from '#scripts/services/topology';
import { dynamodbVersion, kafkaVersion, redisVersion } from '#scripts/services/versions';
import { root } from '#test/house/sources';

interface Service {
  readonly image: string;
  readonly command?: string[];
  readonly volumes?: string[];
  readonly ports?: string[];
  readonly healthcheck?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const { services, volumes } = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

const names = Object.keys(services);
const matching = (pattern: RegExp): string[] => names.filter((name) => pattern.test(name)).sort();

const service = (name: string): Service => {
  const found = services[name];
  if (found === undefined) throw new Error(`no service ${name} in docker-compose.yml`);
  return found;
};

/** Without comments, and without what only a container needs. */
const settingsIn = (file: string): string[] =>
  read(file)
    .split('\n')
    .filter((line) => line !== '' && !/^(#|protected-mode |dir |sentinel \w+-hostnames )/.test(line));

const shards = Array.from({ length: usual.shards }, (_, index) => shardName(index));

/** `60s` or `2m`, in milliseconds. */
const ms = (text: string | undefined): number => {
  const [, amount, unit] = /^(\d+)(s|m)$/.exec(text ?? '') ?? [];
  return Number(amount) * (unit === 'm' ? 60_000 : 1_000);
};

describe('docker-compose.yml has the services that the tests have', () => {
  test('in the same versions', () => {
    const ours = ['hogmanay', 'haproxy:3.0'];
    const tested = [redisVersion.image, kafkaVersion.image, dynamodbVersion.image];
    expect(new Set(names.map((name) => service(name).image))).toEqual(new Set([...tested, ...ours]));
    expect(kafkaVersion.image).toContain(`:${kafkaVersion.version}`);
    expect(dynamodbVersion.image).toContain(`:${dynamodbVersion.version}`);
    expect(kafkaVersion.artifacts.join()).toContain(`:${kafkaVersion.version},`);
    expect(dynamodbVersion.artifacts.join()).toContain(`:${dynamodbVersion.version}`);
    expect(redisVersion.image).toBe(`redis:${redisVersion.major}`);
  });

  test('in the same number: shards, replicas, Sentinels, brokers', () => {
    expect(matching(/^shard-\d+-primary$/)).toEqual(shards.map((name) => `${name}-primary`));
    const followers = shards.flatMap((name) =>
      Array.from({ length: usual.replicas }, (_, index) => `${name}-replica-${index + 1}`),
    );
    expect(matching(/^shard-\d+-replica-\d+$/)).toEqual(followers);
    expect(matching(/^sentinel-/)).toHaveLength(usual.sentinels);
    expect(matching(/^kafka/)).toHaveLength(usual.brokers);
    for (const name of followers) {
      const primary = name.replace(/replica-\d+$/, 'primary');
      expect(service(name).command?.join(' ')).toContain(`--replica-announce-ip ${name} --replicaof ${primary} 6379`);
    }
  });

  test('with the same settings', () => {
    expect(settingsIn('deploy/redis-inbox.conf')).toEqual(inboxSettings);
    expect(settingsIn('deploy/redis-durable.conf')).toEqual(durableSettings);
    const watched = shards.flatMap((name) =>
      monitor(name, { host: `${name}-primary`, port: 6379 }, matching(/^sentinel-/).length),
    );
    expect(settingsIn('deploy/sentinel.conf')).toEqual(watched);
    const kafka = Object.entries(sharedSettings(usual.brokers)).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]);
    expect(service('kafka').environment).toMatchObject(Object.fromEntries(kafka) as Record<string, string>);
  });

  test('each checked for health; what must outlive its container has a volume', () => {
    const unchecked = names.filter((name) => service(name).healthcheck === undefined);
    expect(unchecked).toEqual(['server-1', 'server-2', 'server-3']);
    expect(read('Dockerfile')).toMatch(/^HEALTHCHECK [^]*\/healthz/m);
    expect(Object.keys(volumes).sort()).toEqual([...matching(/^sentinel-/), 'durable', 'kafka', 'dynamodb'].sort());
    for (const name of Object.keys(volumes)) {
      expect(service(name).volumes?.some((volume) => volume.startsWith(`${name}:/`))).toBe(true);
    }
  });
});

describe('docker-compose.yml has the product', () => {
  const servers = matching(/^server-/);

  test('three app servers, told where the services are', () => {
    expect(servers).toHaveLength(3);
    for (const name of [...servers, 'setup']) {
      const env = service(name).environment ?? {};
      const { sentinels, durable } = parseRedisUrl(env['HOGMANAY_REDIS'] ?? '');
      expect(sentinels?.addresses).toEqual(matching(/^sentinel-/).map((host) => ({ host, port: 26_379 })));
      expect(sentinels?.shards).toEqual(shards);
      expect(durable).toEqual({ host: 'durable', port: 6379 });
      expect(env).toMatchObject({ HOGMANAY_KAFKA: 'kafka:9092', HOGMANAY_DYNAMODB: 'http://dynamodb:8000' });
      expect(env['HOGMANAY_JWT_SECRET']).toMatch(/^\$\{HOGMANAY_JWT_SECRET:-for-development-[\w-]{16,}\}$/);
    }
  });

  test('servers start once tables and topics are made, and have time to drain', () => {
    for (const name of servers) {
      expect(service(name).depends_on).toEqual({ setup: { condition: 'service_completed_successfully' } });
      expect(ms(service(name).stop_grace_period)).toBeGreaterThan(limitTable['drain.ms'].value);
    }
  });

  test('the image is built in stages, and runs as nobody in particular', () => {
    const file = read('Dockerfile');
    expect(file.match(/^FROM node:20-bookworm-slim/gm)).toHaveLength(2);
    for (const line of ['USER node', 'STOPSIGNAL SIGTERM']) expect(file.split('\n')).toContain(line);
    const last = file.slice(file.lastIndexOf('\nFROM '));
    expect(last).not.toMatch(/npm|COPY \. /);
  });

  test('the balancer knows every server, asks whether it is ready, and outwaits a heartbeat', () => {
    const config = read('deploy/haproxy.cfg');
    for (const name of servers) expect(config).toContain(`server ${name} ${name}:8080\n`);
    expect(config).toContain('balance leastconn');
    expect(config).toContain('uri /readyz');
    const tunnel = ms(/timeout tunnel (\S+)/.exec(config)?.[1]);
    expect(tunnel).toBeGreaterThan(2 * limitTable['heartbeat.ms'].value);
  });

  test('nothing is open to other machines', () => {
    const open = names.flatMap((name) => service(name).ports ?? []);
    expect(open).toEqual(['127.0.0.1:${HOGMANAY_PORT:-8080}:8080']);
  });

  test('docker-compose itself finds no fault', async (context) => {
    try {
      await demand('docker-compose', { say: () => undefined, signal: undefined });
    } catch (error) {
      if (!(error instanceof Missing) || process.env['CI'] === 'true') throw error;
      context.skip(error.message);
    }
    expect(await run(['docker-compose', '-f', join(root, 'docker-compose.yml'), 'config', '-q'])).toBe('');
  }, 300_000);
});
