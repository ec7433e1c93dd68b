// The words in which the rules of the house are written: paths, packages, and the two shapes most rules have.

/** @typedef {import('dependency-cruiser').IForbiddenRuleType} Rule */

/**
 * A room may import itself, and the paths listed: everything else, packages and node: modules included, is a breach.
 * @param {string} name
 * @param {string} folder
 * @param {string[]} allowed
 * @param {string} comment
 * @returns {Rule}
 */
export const room = (name, folder, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${folder}` },
  to: { pathNot: [`^${folder}`, ...allowed] },
});

/**
 * A package (or folder) that only the named places may import.
 * @param {string} name
 * @param {string} target
 * @param {string} owners
 * @param {string} comment
 * @returns {Rule}
 */
export const reserved = (name, target, owners, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(src|machines|actors)/', pathNot: owners },
  to: { path: target },
});

/** @param {string[]} names */
export const npm = (...names) => `^node_modules/(${names.join('|')})/`;
/** @param {string[]} names */
export const core = (...names) => `^(node:)?(${names.join('|')})$`;
export const anyCore = '^node:|^[a-z_]+(/promises)?$';

export const contract = '^src/contract/';
export const protocol = '^src/protocol/';
export const machines = '^machines/';
export const actors = '^actors/';
export const runtime = '^src/runtime/';
export const runtimeWithoutDrivers = '^src/runtime/(?!nact-driver|step-driver)';
export const resilience = '^src/resilience/';
export const connection = '^src/gateway/connection/';
export const memory = '^src/adapters/memory/';
export const clientCore = '^src/client/(?!browser\\.ts|node\\.ts)';
