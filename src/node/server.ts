/**
 * One app server: the actor tree on nact, over the ports of its backend, behind its two listeners. Everything it
 * opens, it closes, in the reverse order.
 */
import { jwtTokens } from '#adapters/auth/tokens';
import { systemIds } from '#adapters/system/ids';
import { jsonLog } from '#adapters/system/log';
import { freshSeed } from '#adapters/system/random';
import { systemTime } from '#adapters/system/time';
import { appServer } from '#actors/app-server';
import type { AppServer } from '#actors/app-server';
import type { Limits } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import type { NodeName } from '#contract/ports/bus';
import type { Outlet } from '#contract/ports/outlet';
import type { Ports } from '#contract/ports/ports';
import type { Log, Tokens } from '#contract/ports/system';
import { Connection } from '#gateway/connection/connection';
import { createEdge } from '#gateway/edge/edge';
import type { Edge } from '#gateway/edge/edge';
import { urlOf } from '#gateway/edge/http';
import { createOperations } from '#gateway/edge/operations';
import type { Backend } from '#node/backend';
import type { RunningServer, ServeOptions } from '#node/options';
import { nodeName, openBackend } from '#node/backends';
import { readPages } from '#node/page-files';
import { signingKey } from '#node/signing-key';
import { meteredStore } from '#ops/metered-store';
import { TraceBook } from '#ops/trace-book';
import { tracedApi, TracedOutlet } from '#ops/traced-outlet';
import { tracedPorts } from '#ops/traced-ports';
import { createPrometheus } from '#ops/prometheus';
import type { Prometheus, Sources } from '#ops/prometheus';
import { NactDriver } from '#runtime/nact-driver';
import { RealClock } from '#runtime/real-clock';
import { ActorSystem } from '#runtime/system';

/** Only tests wire this in: crash points and faults around the ports. */
export type Decorate = (ports: Ports) => Ports;

interface ActorOptions {
  readonly ports: Ports;
  readonly limits: Limits;
  readonly alone: boolean;
  readonly meter: Meter;
  readonly onState: (state: string) => void;
}

/** Where actors live: nact on the real clock. */
const startSystem = (node: NodeName, limits: Limits, log: Log) => {
  const clock = new RealClock(systemTime);
  const driver = new NactDriver(clock);
  const epoch = systemTime.now().toString(36);
  const system = new ActorSystem({ name: node, epoch, driver, limits, log, seed: freshSeed() });
  const stop = (): void => {
    system.stop();
    driver.stop();
    clock.stop();
  };
  return { node, system, stop };
};

type Home = ReturnType<typeof startSystem>;

const startActors = ({ node, system, stop }: Home, options: ActorOptions) => {
  const app = appServer({ system, node, ids: systemIds, ...options });
  const end = (): void => {
    app.detach();
    stop();
  };
  return { app, node, system, stop: end };
};

type Actors = ReturnType<typeof startActors>;

/** What there is to look at, once it is there. */
interface Watched {
  readonly actors?: Actors;
  readonly edge?: Edge;
}

/** What metrics look up, instead of being told. */
const sourcesOf = (world: Watched): Sources => ({
  hogmanay_connections: () => [['', world.edge?.connections() ?? 0]],
  hogmanay_actors: () => world.actors?.system.census() ?? [],
  hogmanay_dead_letters_total: () => Object.entries(world.actors?.system.deadLetters.counts ?? {}),
  hogmanay_gateway_state: () => [[world.actors?.app.state() ?? 'warming', 1]],
});

interface Surroundings {
  readonly node: NodeName;
  readonly app: AppServer;
  readonly tokens: Tokens;
  readonly log: Log;
  readonly prometheus: Prometheus;
  readonly book: TraceBook;
  readonly drain: () => void;
}

const listeners = (options: ServeOptions, { node, app, tokens, log, prometheus, book, drain }: Surroundings) => {
  const { host, port, opsHost, opsPort, limits } = options;
  const now = () => systemTime.now();
  const openSession = (outlet: Outlet) => app.openSession(new TracedOutlet(outlet, book));
  const given = { now, limits, openSession, log, meter: prometheus };
  const ready = () => app.state() === 'serving';
  const edge = createEdge({
    ...{ host, port, limits, log, ready, meter: prometheus },
    api: { tokens, now, ...tracedApi(app, book) },
    pages: readPages(),
    accept: (socket, { name, ip }) => new Connection({ ...given, name: `${node}-${name}`, ip, socket }),
  });
  const operations = createOperations({
    ...{ host: opsHost, port: opsPort, limits, log, tokens, now, ready, drain, meter: prometheus },
    metrics: () => prometheus.read(),
    trace: (mid) => book.of(mid),
  });
  return { edge, operations };
};

/** Runs `work` at the first call; later ones get the same promise. */
const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
};

/** The ports as the actors get them: counted, traced, and with tokens. */
const portsOf = ({ ports }: Backend, prometheus: Prometheus, book: TraceBook, tokens: Tokens): Ports =>
  tracedPorts({ ...ports, store: meteredStore(ports.store, prometheus, () => performance.now()), tokens }, book);

/** The actors over their backend; the promise settles once they serve. */
const openActors = async (options: ServeOptions, log: Log, prometheus: Prometheus, decorate: Decorate) => {
  const { limits, data } = options;
  const home = startSystem(nodeName(options), limits, log);
  const book = new TraceBook({ node: home.node, limits, now: () => systemTime.now() });
  const backend = await openBackend(options, { ...home, limits, log, meter: prometheus, book }).catch(
    (error: unknown) => {
      home.stop();
      throw error;
    },
  );
  const secret = new TextEncoder().encode(options.secret ?? signingKey(data));
  const tokens = jwtTokens({ secret, leewayMs: limits['token.leewayMs'] });
  let serving: () => void = () => undefined;
  const served = new Promise<void>((resolve) => (serving = resolve));
  const actors = startActors(home, {
    ...{ ports: decorate(portsOf(backend, prometheus, book, tokens)), limits, meter: prometheus },
    alone: options.services === undefined,
    onState: (state) => state === 'serving' && serving(),
  });
  return { backend, tokens, actors, book, served };
};

/**
 * Starts a server. Fails with a coded error when its data folder (`store.in_use`, `store.newer_format`), its services
 * (`store.unavailable`) or a port (`cli.port_in_use`) cannot be had; then nothing stays open.
 */
export const startServer = async (
  options: ServeOptions,
  decorate: Decorate = (ports) => ports,
): Promise<RunningServer> => {
  const log = jsonLog();
  const world: Watched = {};
  const prometheus = createPrometheus(sourcesOf(world));
  const { backend, tokens, actors, book, served } = await openActors(options, log, prometheus, decorate);
  const { app, node } = actors;
  let ended: (how: Promise<void>) => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (ended = resolve));
  const drain = once(() => {
    const done = new Promise<void>((resolve) => app.drain(resolve)).then(close);
    ended(done);
    return done;
  });
  const around = { node, app, tokens, log, prometheus, book, drain: () => void drain() };
  const { edge, operations } = listeners(options, around);
  Object.assign(world, { actors, edge });
  const close = async (): Promise<void> => {
    await Promise.all([edge.close(), operations.close()]);
    actors.stop();
    await backend.close();
  };
  try {
    await served;
    const [url, opsUrl] = [urlOf(await edge.listen()), urlOf(await operations.listen())];
    backend.announce?.(opsUrl);
    return { url, opsUrl, drain, stopped, kill: () => edge.kill() };
  } catch (error) {
    await close();
    throw error;
  }
};
