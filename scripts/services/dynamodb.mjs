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

const credential = 'l/20260101/eu-west-1/dynamodb/aws4_request';
const signature = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`;
const answersWithinMs = 10_000;

/**
 * True when it answers a question of its protocol, and not just by HTTP: the first takes it seconds on a busy machine,
 * which whoever has a deadline must not wait for.
 * @param {ServiceProcess} server
 */
export const isDynamodbReady = async ({ port }) => {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    authorization: signature,
  };
  const signal = AbortSignal.timeout(answersWithinMs);
  const { ok } = await fetch(dynamodbUrl(port), { method: 'POST', body: '{}', headers, signal });
  return ok;
};
