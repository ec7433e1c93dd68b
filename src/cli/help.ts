/** What `--help` prints. The limits come from their table, so that the two cannot differ. */
import { limitTable, type LimitRow } from '#contract/limits';

export const overview = `hogmanay: a chat backend

  hogmanay serve        start a server (hogmanay serve --help: options and limits)
  hogmanay token USER   print an access token (hogmanay token --help)
  hogmanay setup        make the tables and topics of the real backend
  hogmanay conformance URL
                        check a server against the protocol (hogmanay conformance --help)
  hogmanay trace MID    print the way of a message across all servers (hogmanay trace --help)
  hogmanay --version

Not there yet in this version: chat, bench, demo, lab.
`;

export const tokenHelp = `hogmanay token USER [options]: print an access token for USER, and nothing else

  --ttl 24h           how long it is good for: 90s, 30m, 24h, 7d
  --admin             with role admin
  --data .hogmanay    the data folder that holds the signing key

HOGMANAY_JWT_SECRET (at least 32 bytes) replaces the key of the data folder.
`;

export const setupHelp = `hogmanay setup: make the tables and topics of the real backend, where they are missing

HOGMANAY_REDIS, HOGMANAY_KAFKA and HOGMANAY_DYNAMODB say where the services are; HOGMANAY_PREFIX stands in front of
every name. Whatever is there stays as it is.
`;

export const conformanceHelp = `hogmanay conformance URL [options]: check a server by docs/protocol.md, rule by rule

  --secret-env HOGMANAY_JWT_SECRET   the variable that holds the signing key of the server
  --data DIR                         its data folder, where that holds the key
  --tokens FILE                      without the key: JSON {"user": "token", …} of 4 users or more;
                                     what needs the key is skipped
  --only NAME                        this check, or an area (hello); several times, or separated by commas
  --timeout 5000                     milliseconds for one check
  --slow                             also what waits long by the protocol
  --list                             print the checks
  --json                             one JSON document instead of lines

Exit status: 0 with no failure, 1 with one, 2 for wrong usage.
`;

export const traceHelp = `hogmanay trace MID [options]: print the way of one message across all servers, with times

  --url http://127.0.0.1:8081   the operations listener of a server; several times
  --data .hogmanay              the data folder that holds the signing key
  --json                        one JSON document instead of lines

Without --url: every server over the services of HOGMANAY_REDIS and its like, else the one on this machine's port 8081.
HOGMANAY_JWT_SECRET (at least 32 bytes) replaces the key of the data folder. Servers remember their newest messages
(serve --limit trace.steps=100000) and forget them when they end.

Exit status: 0 found, 1 no server remembers it, 2 for wrong usage.
`;

const unitText = {
  bytes: ' bytes',
  ms: ' ms',
  perSecond: ' a second',
  perMinute: ' a minute',
  count: '',
  days: ' days',
} satisfies Record<LimitRow['unit'], string>;

const limitLines = (): string => {
  const rows = Object.entries(limitTable).map(([name, { value, unit, beyond }]) => ({
    name,
    value: `${value.toLocaleString('en-US')}${unitText[unit]}`,
    beyond,
  }));
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const valueWidth = Math.max(...rows.map(({ value }) => value.length));
  return rows
    .map(({ name, value, beyond }) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${beyond}\n`)
    .join('');
};

export const serveHelp = (): string => `hogmanay serve [options]: start a server

  --port 8080              public listener: WebSocket and health; 0: any free port
  --host 127.0.0.1
  --ops-port 8081          operations listener
  --ops-host 127.0.0.1
  --data .hogmanay         data folder, of one server at a time
  --backend embedded       or real: Redis, Kafka and DynamoDB (docs/services.md), any number of servers
  --inspect[=stately]      not there yet in this version
  --record DIR             not there yet in this version
  --limit name=value       any number of times

Each option also as an environment variable: HOGMANAY_PORT, HOGMANAY_OPS_PORT, HOGMANAY_DATA …, and
HOGMANAY_LIMIT=name=value,name=value. HOGMANAY_JWT_SECRET (at least 32 bytes) replaces the signing key of the data
folder; --backend real demands it. HOGMANAY_REDIS, HOGMANAY_KAFKA, HOGMANAY_DYNAMODB and HOGMANAY_PREFIX say where
the real services are. SIGTERM and SIGINT drain; a second signal exits at once.

Limits, their defaults, and what happens beyond them (a rate of 0: no limit)

${limitLines()}`;
