/** `hogmanay serve`: starts a server, says where, and lets a signal drain it. A second signal does not wait. */
import type { ServeOptions } from '#node/options';
import type { Surroundings } from '#cli/surroundings';

/**
 * Two signals within this time are one: Ctrl-C reaches us from the terminal, and once more from the `npm start` above
 * us, which passes on what it heard.
 */
const echoMs = 250;

/** Who can chat at once after the first start, and for how long: as `hogmanay token` has it. */
const guests = ['alice', 'bob'];
const guestMs = 24 * 3_600_000;

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Links that sign in, where this server is plainly somebody's own: nothing but its folder under it, its key made there,
 * nobody else can reach it. Everywhere else a token on a screen is a token given away.
 */
const readyLinks = async (options: ServeOptions, url: string, around: Surroundings): Promise<string> => {
  const { services, secret, host, data } = options;
  if (services !== undefined || secret !== undefined || !loopback.has(host)) return '';
  const link = async (user: string): Promise<string> => {
    const token = await around.signToken({ user, ttlMs: guestMs, admin: false, data });
    return `chat as ${user}: ${url}/#token=${token}\n`;
  };
  return (await Promise.all(guests.map(link))).join('');
};

const statusOf = { SIGINT: 130, SIGTERM: 143 };

export const serve = async (options: ServeOptions, around: Surroundings): Promise<number> => {
  const server = await around.startServer(options);
  const links = await readyLinks(options, server.url, around);
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
    around.out(`listening on ${server.url}\noperations on ${server.opsUrl}\n${links}`);
  });
};
