// DynamoDB Local: one process, its tables in a folder, so that it can be killed and started again on them. It answers
// right, is slow, and throttles nothing.
import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

/** @typedef {import('./processes.mjs').Spec} Spec */
/** @typedef {import('./processes.mjs').ServiceProcess} ServiceProcess */

/** @param {number} port @param {string} folder @param {string} jars @returns {Spec} */
export function dynamodbSpec(port, folder, jars) {
  const own = join(folder, 'dynamodb');
  mkdirSync(join(own, 'data'), { recursive: true });
  const java = ['java', '-Xmx384m', '-XX:+UseSerialGC', '-XX:-UsePerfData', `-Djava.library.path=${jars}`];
  const server = ['-cp', join(jars, '*'), 'software.amazon.dynamodb.services.local.main.ServerRunner'];
  const options = ['-port', String(port), '-sharedDb', '-dbPath', join(own, 'data'), '-disableTelemetry'];
  return {
    name: 'dynamodb',
    kind: 'dynamodb',
    port,
    folder: own,
    logFile: join(own, 'dynamodb.log'),
    command: [...java, ...server, ...options],
    env: { DDB_LOCAL_TELEMETRY: '0' },
  };
}

/** @param {number} port */
export const dynamodbUrl = (port) => `http://127.0.0.1:${port}`;

/**
 * True when it answers at all: a request without a signature is refused, and that is an answer.
 * @param {string} url
 * @returns {Promise<boolean>}
 */
export const answersHttp = (url) =>
  new Promise((resolve, reject) => {
    const asking = request(url, { timeout: 2_000 }, (response) => {
      response.resume();
      resolve(true);
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer')));
    asking.on('error', reject);
    asking.end();
  });

/** @param {ServiceProcess} server */
export const isDynamodbReady = ({ port }) => answersHttp(dynamodbUrl(port));
