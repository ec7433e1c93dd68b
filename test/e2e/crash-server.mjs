// For kill-points.test.ts: the server as it is, with ports wrapped so that the process kills itself (SIGKILL: nothing
// is flushed, nobody is told) at the CRASH_NTH time it comes by the point CRASH_AT. What had come to the point goes no
// further; CRASH_AFTER_MS lets what is already on its way to clients get there.
import { writeSync } from 'node:fs';
import process from 'node:process';

/** @typedef {(outcome: unknown) => void} Done */
/** @typedef {(...args: unknown[]) => (done: Done) => void} Port */

/** @param {string} file */
const built = (file) => import(new URL(`../../dist/src/${file}`, import.meta.url).href);

const { CRASH_AT, CRASH_NTH = '1', CRASH_AFTER_MS = '0' } = process.env;
let left = Number(CRASH_NTH);

const die = () => process.kill(process.pid, 'SIGKILL');

/** @param {string} point */
function isTheEnd(point) {
  if (point !== CRASH_AT) return false;
  left -= 1;
  if (left !== 0) return false;
  writeSync(1, `crash at ${point}\n`);
  if (CRASH_AFTER_MS === '0') die();
  else setTimeout(die, Number(CRASH_AFTER_MS));
  return true;
}

/**
 * @param {string} name
 * @param {Port} port
 * @returns {Port}
 */
const watched =
  (name, port) =>
  (...args) =>
  (done) => {
    if (isTheEnd(`before:${name}`)) return;
    port(...args)((outcome) => {
      if (!isTheEnd(`after:${name}`)) done(outcome);
    });
  };

/**
 * The same object with some of its methods watched.
 * @param {Record<string, Port>} ports
 * @param {string[]} names
 */
const watch = (ports, ...names) =>
  new Proxy(ports, {
    get(target, name) {
      const port = Reflect.get(target, name);
      if (typeof port !== 'function') return port;
      const bound = /** @type {Port} */ (port.bind(target));
      return names.includes(String(name)) ? watched(String(name), bound) : bound;
    },
  });

const { startServer } = await built('node/server.js');
const { readServeOptions } = await built('cli/options.js');
const options = readServeOptions(process.argv.slice(3), process.env);
/** @param {{ store: Record<string, Port>, bus: Record<string, Port> }} ports */
const decorate = (ports) => ({
  ...ports,
  store: watch(ports.store, 'append', 'markFanned'),
  bus: watch(ports.bus, 'fanOut'),
});
const server = await startServer(options, decorate);
process.once('SIGTERM', () => server.drain().then(() => process.exit(0)));
process.stdout.write(`listening on ${server.url}\n`);
