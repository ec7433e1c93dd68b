// One rule (or two) a room: what it may import.

import {
  actors,
  anyCore,
  clientCore,
  connection,
  contract,
  core,
  machines,
  memory,
  npm,
  protocol,
  resilience,
  room,
  runtime,
  runtimeWithoutDrivers,
} from './rule.js';
/** @typedef {import('./rule.js').Rule} Rule */

/** @type {Rule[]} */
export const rooms = [
  room('contract-imports-nothing', 'src/contract/', [], 'The contract is types and constant tables: no import at all.'),
  room(
    'protocol-contract-and-zod',
    'src/protocol/',
    [contract, npm('zod')],
    'The wire knows the contract and zod. Hand anything else in as a parameter.',
  ),
  room(
    'machines-xstate-and-contract',
    'machines/',
    [contract, npm('xstate')],
    'A machine is pure: xstate and contract only. Emit a named event and let the actor in actors/ do the work.',
  ),
  room(
    'runtime-contract-and-xstate',
    'src/runtime/',
    [contract, npm('xstate', 'nact')],
    'The runtime knows the contract and xstate. Time and chance come with its drivers, the outside through ports.',
  ),
  room(
    'resilience-contract',
    'src/resilience/',
    [contract],
    'A resilience part takes clock and random as parameters and knows the contract only.',
  ),
  room(
    'actors-know-no-outside',
    'actors/',
    [machines, contract, resilience, runtimeWithoutDrivers],
    'An actor knows machines, contract, resilience and the runtime without drivers. Ask for a port of contract/ports.',
  ),
  room(
    'gateway-connection-pure',
    'src/gateway/connection/',
    [contract, protocol, resilience, runtime],
    'Bytes in, bytes out: contract, protocol, resilience, types of the runtime. Sockets belong to gateway/edge.',
  ),
  {
    name: 'gateway-connection-runtime-types-only',
    comment: 'Of the runtime the connection takes types only (import type): it is handed its references.',
    severity: 'error',
    from: { path: connection },
    to: { path: runtime, dependencyTypesNot: ['type-only'] },
  },
  room(
    'gateway-edge-sockets-and-http',
    'src/gateway/edge/',
    [connection, contract, protocol, runtimeWithoutDrivers, npm('ws', '@types/ws'), core('http', 'net', 'stream')],
    'The edge knows the connection, contract, protocol, ws and node:http. Hand in files, stores and time as ports.',
  ),
  room(
    'client-contract-and-protocol',
    'src/client/',
    [contract, protocol, npm('ws', '@types/ws'), core('crypto', 'fs/promises', 'path')],
    'The client core takes {socket, clock, random, storage}; it knows contract and protocol only.',
  ),
  {
    name: 'client-core-without-surroundings',
    comment: 'The client core runs anywhere: take {socket, clock, random, storage} instead of browser.ts or node.ts.',
    severity: 'error',
    from: { path: clientCore },
    to: { path: ['^src/client/(browser|node)\\.ts$', npm('ws'), core('crypto', 'fs/promises', 'path')] },
  },
  room(
    'testkit-room',
    'src/testkit/',
    [contract, protocol, machines, actors, runtime, connection, memory, npm('xstate')],
    'The test kit drives actors in virtual time with adapters/memory: no real adapter, no socket, no test runner.',
  ),
  room(
    'load-is-an-outsider',
    'src/load/',
    [contract, protocol, npm('ws', '@types/ws'), anyCore],
    'Load generators see the server as strangers do: contract, protocol and ws. Let cli/ or a script start the server.',
  ),
  room(
    'conformance-is-an-outsider',
    'src/conformance/',
    [contract, protocol, npm('ws', '@types/ws'), anyCore],
    'Conformance judges any server as a stranger does: contract, protocol and ws. It knows nothing of ours.',
  ),
  room(
    'ops-watches',
    'src/ops/',
    [contract, runtime, npm('prom-client')],
    'Ops watches: contract, runtime and prom-client only. It never changes what it sees.',
  ),
  room(
    'lab-room',
    'src/lab/',
    [contract, protocol, machines, actors, runtime, connection, clientCore, memory, '^src/testkit/', npm('xstate')],
    'The lab runs the real actors in a simulated world: adapters/memory for real adapters, no edge, no node: modules.',
  ),
  room(
    'web-room',
    'src/web/',
    [contract, protocol, clientCore, '^src/client/browser\\.ts$', npm('preact', '@preact/signals', 'uplot')],
    'A page knows contract, protocol and the client SDK for browsers. Ask the server through the wire.',
  ),
  {
    name: 'node-and-cli-know-the-lab-by-its-door',
    comment: 'Import #lab/index: what lies behind it is the lab’s own.',
    severity: 'error',
    from: { path: '^src/(node|cli)/' },
    to: { path: '^src/lab/(?!index\\.ts$)' },
  },
  {
    name: 'node-is-below-cli',
    comment: 'The wiring of a server does not know its command line. Pass what it needs as options.',
    severity: 'error',
    from: { path: '^src/node/' },
    to: { path: '^src/(cli|load|conformance|testkit)/' },
  },
];
