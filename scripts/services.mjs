// `npm run services -- up|down|status|env|logs`: Redis, Kafka and DynamoDB Local for development, as processes of this
// machine (docs/services.md). Progress goes to stderr, what a program may read to stdout.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { givenIn, kinds } from './services/given.mjs';
import { Services } from './services/services.mjs';
import { revive, startServices } from './services/start.mjs';
import { usualFolder } from './services/state.mjs';
import { full, usual } from './services/topology.mjs';

const usage = `npm run services -- COMMAND [options]

  up       start what is missing, install what it needs, and print the status as JSON
  status   print the status as JSON; exit status 1 when something is not running
  env      print the variables as shell exports: eval "$(npm run -s services -- env)"
  logs     print the last lines of every log, or of those named: logs kafka-1 durable
  down     end every process and remove its data

  --dir FOLDER       of the set (default ${usualFolder()})
  --shards ${usual.shards}         inbox shards of Redis          --replicas ${usual.replicas}   of each shard
  --sentinels ${usual.sentinels}      0: nothing fails over          --brokers ${usual.brokers}    of Kafka
  --full             ${full.shards} shards of 1 + ${full.replicas}, ${full.brokers} brokers
  --only NAME        ${kinds.join(', ')}; several times
  --lines 50         of each log

A service whose variable is set (HOGMANAY_REDIS, HOGMANAY_KAFKA, HOGMANAY_DYNAMODB) is used as it is, and never stopped.
`;

const count = { type: /** @type {const} */ ('string') };
const { values, positionals } = read();
const [command = 'help', ...names] = positionals;
const folder = resolve(values.dir ?? usualFolder());

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ...{ dir: count, shards: count, replicas: count, sentinels: count, brokers: count, lines: count },
        ...{ full: { type: 'boolean' }, only: { type: 'string', multiple: true } },
      },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, 2);
  }
}

/** @param {string} text @param {number} status @returns {never} */
function fail(text, status) {
  process.stderr.write(`${text.trimEnd()}\n`);
  process.exit(status);
}

/** @param {string} line */
const say = (line) => void process.stderr.write(`${line}\n`);

/** @param {unknown} data */
const print = (data) => void process.stdout.write(`${JSON.stringify(data, undefined, 2)}\n`);

const theSet = () => Services.at(folder) ?? fail(`nothing is up in ${folder}: npm run services -- up`, 1);

/** What was asked for by number. @returns {Partial<import('./services/topology.mjs').Topology>} */
function counts() {
  const { shards, replicas, sentinels, brokers } = values;
  const named = Object.entries({ shards, replicas, sentinels, brokers }).filter(([, text]) => text !== undefined);
  return { ...(values.full ? full : {}), ...Object.fromEntries(named.map(([name, text]) => [name, Number(text)])) };
}

function wantedKinds() {
  const { only = kinds } = values;
  const unknown = only.find((name) => !kinds.some((kind) => kind === name));
  if (unknown !== undefined) fail(`--only ${unknown}: one of ${kinds.join(', ')}`, 2);
  return kinds.filter((kind) => only.includes(kind));
}

async function up() {
  const stopping = new AbortController();
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(name, () => stopping.abort(new Error('interrupted: nothing is left running')));
  }
  const { signal } = stopping;
  const there = Services.at(folder);
  if (there === undefined) {
    const options = { only: wantedKinds(), given: givenIn(process.env), stays: true, say, signal };
    return print((await startServices({ ...counts(), ...options, folder })).status);
  }
  const asked = Object.entries(counts()).find(([name, many]) => Reflect.get(there.topology, name) !== many);
  if (asked !== undefined) fail(`up already with other ${asked[0]}: npm run services -- down`, 1);
  const absent = wantedKinds().find((kind) => there.urls[kind] === undefined);
  if (absent !== undefined) fail(`up already without ${absent}: npm run services -- down`, 1);
  await revive(there, { say, signal });
  return print(there.status);
}

const commands = {
  up,
  status() {
    const { status } = theSet();
    print(status);
    if (!status.up) process.exitCode = 1;
  },
  env() {
    const lines = Object.entries(theSet().env).map(([name, value]) => `export ${name}='${value}'\n`);
    process.stdout.write(lines.join(''));
  },
  logs() {
    const wanted = theSet().processes.filter(({ name }) => names.length === 0 || names.includes(name));
    for (const one of wanted) {
      process.stdout.write(`== ${one.name}: ${one.spec.logFile}\n${one.log(Number(values.lines ?? 50))}\n`);
    }
  },
  async down() {
    say(`${await theSet().stop()} processes ended`);
  },
};

if (!(command in commands)) fail(usage, command === 'help' ? 0 : 2);
try {
  await commands[/** @type {keyof typeof commands} */ (command)]();
} catch (error) {
  const { message, cause } = /** @type {Error} */ (error);
  fail([message, ...(cause instanceof Error ? [cause.message] : [])].join('\n'), 1);
}
