// What code may not reach for by itself, where it may after all, and what to use instead. Time, chance, ids and output
// are handed in, so that the same code runs in production, in a test and in the simulated world.
import ts from 'typescript';
import { at, walk, type Source } from '#test/house/sources';

interface Ban {
  readonly what: string;
  readonly instead: string;
  /** Paths (prefixes) to which the ban does not apply. */
  readonly except: readonly string[];
  /** Paths (prefixes) to which it applies; default: everywhere in src, machines and actors. */
  readonly only?: readonly string[];
  readonly matches: (node: ts.Node) => boolean;
}

/** Where the program meets its surroundings. */
const surroundings = [
  'src/adapters/system/',
  'src/client/browser.ts',
  'src/client/node.ts',
  'src/web/chat/browser.ts',
  'src/node/',
  'src/cli/',
  'src/load/',
  'src/conformance/',
];
const edge = 'src/gateway/edge/';
const nactDriver = 'src/runtime/nact-driver.ts';

const inActors = 'ctx.now and ctx.after in an actor, the clock of contract/ports/system elsewhere';
const withoutPromises = ['machines/', 'actors/', 'src/resilience/', 'src/gateway/connection/', 'src/adapters/memory/'];

const bans: readonly Ban[] = [
  {
    what: 'the wall clock',
    instead: inActors,
    except: surroundings,
    matches: (node) => isMember(node, 'Date', 'now') || isBareDate(node) || isGlobal(node, 'performance'),
  },
  {
    what: 'Math.random',
    instead: 'ctx.random in an actor, a random that was handed in elsewhere; in tests fast-check or a written seed',
    except: surroundings,
    only: ['src/', 'machines/', 'actors/', 'test/'],
    matches: (node) => isMember(node, 'Math', 'random'),
  },
  {
    what: 'a timer of the process',
    instead: `${inActors}; each timer has a name`,
    except: surroundings,
    matches: (node) => isGlobal(node, 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'),
  },
  {
    what: 'setImmediate',
    instead:
      'a message to yourself (ctx.tell); only the nact driver, and the edge to cork a socket, know the event loop',
    except: [...surroundings, nactDriver, edge],
    matches: (node) => isGlobal(node, 'setImmediate', 'clearImmediate'),
  },
  {
    what: 'process',
    instead: 'options that node/ and cli/ read and hand in',
    except: surroundings,
    matches: (node) => isGlobal(node, 'process') && !isMember(node.parent, 'process', 'nextTick'),
  },
  {
    what: 'a microtask',
    instead: 'an effect (contract/effects): nothing may depend on the order of microtasks',
    except: [...surroundings, edge],
    matches: (node) => isGlobal(node, 'queueMicrotask') || isMember(node, 'process', 'nextTick'),
  },
  {
    what: 'an id of chance',
    instead: 'the ids of contract/ports/system',
    except: surroundings,
    matches: (node) => isGlobal(node, 'crypto') || isName(node, 'randomUUID') || isName(node, 'getRandomValues'),
  },
  {
    what: 'console',
    instead: 'ctx.log in an actor, the log of contract/ports/system elsewhere',
    except: surroundings,
    matches: (node) => isGlobal(node, 'console'),
  },
  {
    what: 'the global object',
    instead: 'a parameter',
    except: surroundings,
    matches: (node) => isGlobal(node, 'globalThis', 'global'),
  },
  {
    what: 'a promise',
    instead: 'an effect (contract/effects): ctx.start(effect, toMessage); fromPromise wraps a real adapter once',
    except: [],
    only: withoutPromises,
    matches: (node) =>
      isGlobal(node, 'Promise') || ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AsyncKeyword,
  },
];

/** `path:line: what: use …` for each breach of a ban in this file. */
export function breaches(source: Source): string[] {
  const valid = bans.filter((ban) => appliesTo(ban, source.path));
  const found: string[] = [];
  walk(source.tree, (node) => {
    for (const ban of valid) {
      if (ban.matches(node)) found.push(`${at(source, node)}: ${ban.what}: use ${ban.instead}`);
    }
  });
  return found;
}

const appliesTo = ({ only = ['src/', 'machines/', 'actors/'], except }: Ban, path: string): boolean =>
  only.some((prefix) => path.startsWith(prefix)) && !except.some((prefix) => path.startsWith(prefix));

const isName = (node: ts.Node, name: string): boolean => ts.isIdentifier(node) && node.text === name;

const isMember = (node: ts.Node, object: string, member: string): boolean =>
  ts.isPropertyAccessExpression(node) && isName(node.expression, object) && node.name.text === member;

/** `new Date()` and `Date()`; `new Date(ms)` only formats what it was given. */
const isBareDate = (node: ts.Node): boolean =>
  (ts.isNewExpression(node) && isName(node.expression, 'Date') && !node.arguments?.length) ||
  (ts.isCallExpression(node) && isName(node.expression, 'Date'));

/** The name used as a value, and not as the name of a member, a parameter or a variable of one's own. */
function isGlobal(node: ts.Node, ...names: string[]): boolean {
  if (!ts.isIdentifier(node) || !names.includes(node.text)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeQueryNode(parent) || ts.isTypeReferenceNode(parent) || ts.isImportSpecifier(parent)) return false;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  const named = parent as { readonly name?: ts.Node; readonly propertyName?: ts.Node };
  return named.name !== node && named.propertyName !== node;
}
