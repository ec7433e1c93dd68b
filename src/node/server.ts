/**
 * One app server: the actor tree on nact, over the embedded ports, behind its two listeners. Everything it opens, it
 * closes, in the reverse order.
 */
import { jwtTokens } from '#adapters/auth/tokens';
import { openEmbedded } from '#adapters/embedded/open';
import { systemIds } from '#adapters/system/ids';
import { jsonLog } from '#adapters/system/log';
import { freshSeed } from '#adapters/system/random';
import { systemTime } from '#adapters/system/time';
import { appServer } from '#actors/app-server';
import type { AppServer } from '#actors/app-server';
import type { Limits } from '#contract/limits';
import type { Outlet } from '#contract/ports/outlet';
import type { Ports } from '#contract/ports/ports';
import type { Log } from '#contract/ports/system';
import { Connection } from '#gateway/connection/connection';
import { createEdge } from '#gateway/edge/edge';
import { urlOf } from '#gateway/edge/http';
import { createOperations } from '#gateway/edge/operations';
import type { RunningServer, ServeOptions } from '#node/options';
import { signingKey } from '#node/signing-key';
import { NactDriver } from '#runtime/nact-driver';
import { RealClock } from '#runtime/real-clock';
import { ActorSystem } from '#runtime/system';

/** Only tests wire this in: crash points and faults around the ports. */
export type Decorate = (ports: Ports) => Ports;

const node = 'embedded';

/** The actors, on nact and the real clock. */
const startActors = (ports: Ports, limits: Limits, log: Log, onState: (state: string) => void) => {
  const clock = new RealClock(systemTime);
  const driver = new NactDriver(clock);
  const epoch = systemTime.now().toString(36);
  const system = new ActorSystem({ name: node, epoch, driver, limits, log, seed: freshSeed() });
  const app = appServer({ system, node, ports, ids: systemIds, limits, alone: true, onState });
  const stop = (): void => {
    app.detach();
    system.stop();
    driver.stop();
    clock.stop();
  };
  return { app, stop };
};

const listeners = (options: ServeOptions, app: AppServer, log: Log) => {
  const { host, port, opsHost, opsPort, limits } = options;
  const given = { now: () => systemTime.now(), limits, openSession: (outlet: Outlet) => app.openSession(outlet), log };
  const edge = createEdge({
    ...{ host, port, limits, log },
    ready: () => app.state() === 'serving',
    accept: (socket, { name }) => new Connection({ ...given, name, socket }),
  });
  return { edge, operations: createOperations({ host: opsHost, port: opsPort, limits }) };
};

/**
 * Starts a server on its data folder. Fails with a coded error when the folder (`store.in_use`, `store.newer_format`)
 * or a port (`cli.port_in_use`) cannot be had; then nothing stays open.
 */
export const startServer = async (
  options: ServeOptions,
  decorate: Decorate = (ports) => ports,
): Promise<RunningServer> => {
  const { limits, data } = options;
  const log = jsonLog();
  const embedded = await openEmbedded(data, { limits, log, time: systemTime, seed: freshSeed() });
  const secret = new TextEncoder().encode(options.secret ?? signingKey(data));
  const ports = decorate({ ...embedded.ports, tokens: jwtTokens({ secret }) });
  let serving: () => void = () => undefined;
  const served = new Promise<void>((resolve) => (serving = resolve));
  const { app, stop } = startActors(ports, limits, log, (state) => state === 'serving' && serving());
  const { edge, operations } = listeners(options, app, log);
  const close = async (): Promise<void> => {
    await Promise.all([edge.close(), operations.close()]);
    stop();
    await embedded.close();
  };
  try {
    await served;
    const [url, opsUrl] = [urlOf(await edge.listen()), urlOf(await operations.listen())];
    const drained = (): Promise<void> => new Promise((resolve) => app.drain(resolve));
    return { url, opsUrl, drain: () => drained().then(close), kill: () => edge.kill() };
  } catch (error) {
    await close();
    throw error;
  }
};
