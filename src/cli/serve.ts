/** `hogmanay serve`: starts a server, says where, and lets a signal drain it. A second signal does not wait. */
import type { ServeOptions } from '#node/options';
import type { Surroundings } from '#cli/surroundings';

const statusOf = { SIGINT: 130, SIGTERM: 143 };

export const serve = async (options: ServeOptions, around: Surroundings): Promise<number> => {
  const server = await around.startServer(options);
  return new Promise((resolve, reject) => {
    let draining = false;
    around.onSignal((signal) => {
      if (draining) {
        around.exit(statusOf[signal]);
        return;
      }
      draining = true;
      server.drain().then(() => resolve(0), reject);
    });
    around.out(`listening on ${server.url}\noperations on ${server.opsUrl}\n`);
  });
};
