// `npm run bench:real [-- --save]`: what the real backend costs above its bare clients, what a message costs one server
// on the real stack, and three servers on one conversation against one. Services that HOGMANAY_* names are used;
// otherwise a set of its own. Exit 1: a budget was missed.
import { build } from './lib/build.mjs';
import { run } from './lib/root.mjs';
import { givenIn } from './services/given.mjs';
import { startServices } from './services/start.mjs';

const benches = ['adapters', 'produce', 'servers'];

/** @param {Record<string, string>} env */
async function bench(env) {
  for (const name of benches) {
    process.stdout.write(`\n${name}\n`);
    const options = { env: { ...env, NODE_NO_WARNINGS: '1' } };
    const { status } = await run([process.execPath, `test/bench/${name}.mjs`, ...process.argv.slice(2)], options);
    if (status !== 0) process.exitCode = status;
  }
}

const { status, output } = await build({ quiet: true });
if (status === 0) {
  const services = await startServices({ given: givenIn(process.env), shards: 1, replicas: 0, sentinels: 0 });
  await bench(services.env).finally(() => services.stop());
} else {
  process.stdout.write(output);
  process.exitCode = status;
}
