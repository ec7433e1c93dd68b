// Nothing reaches for time, chance, ids, output or the process behind its caller's back.
import { describe, expect, test } from 'vitest';
import { breaches } from '#test/house/bans';
import { parse, production, sourcesIn } from '#test/house/sources';

const found = (path: string, text: string): string[] =>
  breaches(parse(path, text)).map((breach) => breach.split(': ')[1] ?? '');

describe('bans', () => {
  test('no file uses what it should be handed', () => {
    expect(sourcesIn(...production, 'test').flatMap(breaches)).toEqual([]);
  });

  test.each([
    ['Date.now()', 'the wall clock'],
    ['new Date()', 'the wall clock'],
    ['Date()', 'the wall clock'],
    ['performance.now()', 'the wall clock'],
    ['Math.random()', 'Math.random'],
    ['setTimeout(f, 1)', 'a timer of the process'],
    ['const t = { setInterval }', 'a timer of the process'],
    ['start(setTimeout)', 'a timer of the process'],
    ['setImmediate(f)', 'setImmediate'],
    ['process.env.X', 'process'],
    ['process.argv', 'process'],
    ['queueMicrotask(f)', 'a microtask'],
    ['process.nextTick(f)', 'a microtask'],
    ['crypto.randomUUID()', 'an id of chance'],
    ['randomUUID()', 'an id of chance'],
    ['console.log(1)', 'console'],
    ['globalThis.x', 'the global object'],
  ])('%s is found in a room, and allowed where the program meets its surroundings', (text, what) => {
    expect(found('src/runtime/x.ts', text)).toContain(what);
    expect(found('src/cli/x.ts', text)).toEqual([]);
  });

  test.each([
    'new Date(at).toISOString()',
    'clock.setTimeout(f, 1)',
    'const o = { console: 1, process: 2 }',
    'log.process.env',
  ])('%s is nobody’s business', (text) => {
    expect(found('actors/x.ts', text)).toEqual([]);
  });

  test.each(['async () => 1', 'await x', 'new Promise(f)', 'Promise.all([])'])(
    'an actor has no promise: %s',
    (text) => {
      expect(found('actors/x.ts', text)).toContain('a promise');
      expect(found('src/adapters/embedded/x.ts', text)).toEqual([]);
    },
  );

  test('the edge may cork a socket and do nothing else with the event loop', () => {
    expect(found('src/gateway/edge/x.ts', 'setImmediate(uncork); process.nextTick(uncork)')).toEqual([]);
    expect(found('src/gateway/edge/x.ts', 'setTimeout(f, 1)')).toEqual(['a timer of the process']);
  });

  test('the nact driver may use setImmediate and no timer', () => {
    expect(found('src/runtime/nact-driver.ts', 'setImmediate(f)')).toEqual([]);
    expect(found('src/runtime/nact-driver.ts', 'setTimeout(f, 1)')).toEqual(['a timer of the process']);
  });
});
