/** `hogmanay serve`: starts a server, says where, and lets a signal drain it. A second signal does not wait. */
import type { ServeOptions } from '#node/options';
import type { Surroundings } from '#cli/surroundings';

/**
 * Two signals within this time are one: Ctrl-C reaches us from the terminal, and once more from the `npm start` above
 * us, which passes on what it heard.
 */
const echoMs = 250;

const statusOf = { SIGINT: 130, SIGTERM: 143 };

export const serve = async (options: ServeOptions, around: Surroundings): Promise<number> => {
  const server = await around.startServer(options);
  return new Promise((resolve, reject) => {
    let drainingSince: number | undefined;
    around.onSignal((signal) => {
      const now = around.now();
      if (drainingSince !== undefined) {
        if (now - drainingSince > echoMs) around.exit(statusOf[signal]);
        return;
      }
      drainingSince = now;
      server.drain().then(() => resolve(0), reject);
    });
    server.stopped.then(() => resolve(0), reject);
    around.out(`listening on ${server.url}\noperations on ${server.opsUrl}\n`);
  });
};
