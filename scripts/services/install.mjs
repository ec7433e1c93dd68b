// What services and tests need and how it is had: programs from Debian, Java archives from Maven Central into a cache
// outside of the project, made once a version. What cannot be had is said with the way to get it.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, run } from './commands.mjs';
import { dynamodbVersion, kafkaVersion } from './versions.mjs';

/** @typedef {{ say: (line: string) => void, signal: AbortSignal | undefined }} Talk */

/** Which Debian package brings a program. */
const packages = {
  'redis-server': 'redis-server',
  java: 'default-jre-headless',
  mvn: 'maven',
  'docker-compose': 'docker-compose',
  chromium: 'chromium',
};

/** Something that is not here and that we may not install. */
export class Missing extends Error {}

/** One installation at a time: apt-get locks its lists. */
let installing = Promise.resolve();

/**
 * Makes sure that a program is there; installs its Debian package where we may (root, apt-get).
 * @param {keyof typeof packages} program
 * @param {Talk} talk
 */
export function demand(program, talk) {
  const mine = installing.then(() => install(program, talk));
  installing = mine.catch(() => undefined);
  return mine;
}

/** apt-get does not wait for another that holds its lists: tests of two processes may want a package at once. */
const alone = ['flock', join(tmpdir(), 'hogmanay-apt.lock')];

/** @param {keyof typeof packages} program @param {Talk} talk */
async function install(program, { say, signal }) {
  if (hasCommand(program)) return;
  const name = packages[program];
  const how = `apt-get install ${name}`;
  if (process.getuid?.() !== 0 || !hasCommand('apt-get'))
    throw new Missing(`${program} is not installed (as root: ${how})`);
  say(`${how} …`);
  // The run level keeps the package from starting a service of its own.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  try {
    await run([...alone, 'apt-get', 'update'], { env, signal });
    await run([...alone, 'apt-get', 'install', '-y', '--no-install-recommends', name], { env, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Missing(`${program} is not installed, and ${how} failed`, { cause: error });
  }
  if (!hasCommand(program)) throw new Missing(`${how} brought no ${program}`);
}

/** Where archives are kept between runs. */
const cacheFolder = () => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hogmanay');

/** @param {readonly string[]} artifacts `group:artifact:version` */
function pom(artifacts) {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    const inner = `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>`;
    return `    <dependency>${inner}</dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0">',
    '  <modelVersion>4.0.0</modelVersion>',
    '  <groupId>hogmanay</groupId><artifactId>services</artifactId><version>1</version>',
    '  <dependencies>',
    ...dependencies,
    '  </dependencies>',
    '</project>',
    '',
  ].join('\n');
}

/**
 * The folder with all archives of a service. Filled aside and renamed when complete: one that was interrupted is never
 * taken for whole, and two that fill it at once do not disturb each other.
 * @param {string} name
 * @param {{ version: string, artifacts: string[] }} what
 * @param {Talk} talk
 */
async function archives(name, { version, artifacts }, talk) {
  const folder = join(cacheFolder(), `${name}-${version}`);
  if (existsSync(folder)) return folder;
  await demand('mvn', talk);
  talk.say(`${name} ${version} from Maven Central …`);
  mkdirSync(cacheFolder(), { recursive: true });
  const aside = mkdtempSync(`${folder}.part-`);
  try {
    writeFileSync(join(aside, 'pom.xml'), pom(artifacts));
    const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${join(aside, 'libs')}`];
    await run(['mvn', '-q', '-B', '-f', join(aside, 'pom.xml'), ...copy], { signal: talk.signal });
    if (!existsSync(folder)) renameSync(join(aside, 'libs'), folder);
  } catch (error) {
    talk.signal?.throwIfAborted();
    if (!existsSync(folder))
      throw new Missing(`${name} ${version} could not be had from Maven Central`, { cause: error });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}

/** @param {Talk} talk */
export async function kafkaArchives(talk) {
  await demand('java', talk);
  return archives('kafka', kafkaVersion, talk);
}

/** @param {Talk} talk */
export async function dynamodbArchives(talk) {
  await demand('java', talk);
  return archives('dynamodb-local', dynamodbVersion, talk);
}
