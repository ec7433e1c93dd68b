// Actors by key: there when one tells them, gone when nobody does, and no message is lost in between.
import { describe, expect, test } from 'vitest';
import { ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { Region } from '#runtime/region';
import type { Behaviour, Context, SpawnOptions } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { explore } from '#testkit/explore';
import { held, world } from '#testkit/probe';
import type { ProbeOptions } from '#testkit/probe';

type Word = string | ((context: Context<Word>) => void);

const doing = (more: Partial<Behaviour<undefined, Word>> = {}) =>
  acting<Word>((word, context) => void (typeof word === 'function' && word(context)), more);

const scene = (
  more: Partial<Behaviour<undefined, Word>> = {},
  options: ProbeOptions = {},
  child?: SpawnOptions<unknown>,
) => {
  const { system, driver, transcript, logged } = world(options);
  const activated: string[] = [];
  const region = new Region<Word>(system, 'region', {
    idleMs: 100,
    behaviour: (key) => {
      activated.push(key);
      return doing(more);
    },
    ...(child === undefined ? {} : { child }),
  });
  driver.settle();
  const heard = () =>
    transcript
      .filter(({ message }) => typeof message === 'string')
      .map(({ path, message }) => `${path} ${String(message)}`);
  return { system, driver, region, activated, heard, logged };
};

describe('An actor of a region', () => {
  test('is activated by the first message to its key, and only then', () => {
    const { driver, region, activated, heard } = scene();
    const ref = region.ref('a');
    expect([activated, region.size, ref.path]).toEqual([[], 0, '/region/a']);
    ref.tell('one');
    region.tell('a', 'two');
    driver.settle();
    expect([activated, region.size]).toEqual([['a'], 1]);
    expect(heard()).toEqual(['/region/a one', '/region/a two']);
  });

  test('is passivated when idle, and its reference lives on', () => {
    const reasons: string[] = [];
    const { driver, region, activated } = scene({ stopped: (_state, { kind }) => void reasons.push(kind) });
    const ref = region.ref('a');
    ref.tell('one');
    driver.advance(99);
    expect(region.size).toBe(1);
    driver.advance(100);
    expect([region.size, reasons]).toEqual([0, ['passivated']]);
    ref.tell('two');
    driver.settle();
    expect([activated, region.size]).toEqual([['a', 'a'], 1]);
  });

  test('stays while it has something to do', () => {
    const { driver, region } = scene();
    for (let turn = 0; turn < 10; turn += 1) {
      region.tell('a', 'again');
      driver.advance(90);
    }
    expect(region.size).toBe(1);
  });

  test('stays while an effect is outstanding, or a child of its own is there', () => {
    const { driver, region } = scene();
    const effect = held<() => Effect<number>>();
    region.tell('a', (context) => context.start(effect(), () => 'outcome', { deadlineMs: 1e9 }));
    region.tell('b', (context) => void context.spawn(doing(), 'child'));
    driver.advance(1_000);
    expect(region.size).toBe(2);
    effect.take().answer(1);
    driver.advance(1_000);
    expect(region.size).toBe(1);
  });

  test('stays while it says so, and is asked again', () => {
    let may = false;
    const { driver, region } = scene({ mayPassivate: () => may });
    region.tell('a', 'one');
    driver.advance(1_000);
    expect(region.size).toBe(1);
    may = true;
    driver.advance(60);
    expect(region.size).toBe(0);
  });

  test('that fails when asked whether it may go is restarted, and nobody else suffers', () => {
    const { driver, region, logged, activated } = scene({
      mayPassivate: () => {
        throw new Error('who knows');
      },
    });
    region.tell('a', 'one');
    driver.advance(160);
    region.tell('b', 'one');
    driver.advance(50);
    expect(logged.map(({ fields }) => fields['path'])).toEqual(['/region/a']);
    expect([activated, region.size]).toEqual([['a', 'b'], 2]);
  });

  test('that gives up is activated anew by the next message, and takes nobody with it', () => {
    const supervision = { kind: 'restart', backoff: { baseMs: 1, maxMs: 1, budget: 1, withinMs: 1_000 } } as const;
    const { driver, region, activated, heard } = scene({}, {}, { supervision });
    const poison: Word = () => {
      throw new Error('poison');
    };
    region.tell('b', 'one');
    for (const word of [poison, poison, 'lost']) region.tell('a', word);
    driver.advance(50);
    expect(region.size).toBe(1);
    region.tell('a', 'two');
    region.tell('b', 'two');
    driver.settle();
    expect([activated, region.size]).toEqual([['b', 'a', 'a'], 2]);
    expect(heard()).toEqual(['/region/b one', '/region/a two', '/region/b two']);
  });

  test('waiting to restart keeps what it is told', () => {
    const { driver, region, activated, heard } = scene();
    region.tell('a', () => {
      throw new Error('once');
    });
    region.tell('a', 'one');
    driver.settle();
    region.tell('a', 'two');
    driver.advance(1_000);
    expect([activated, heard()]).toEqual([['a'], ['/region/a one', '/region/a two']]);
  });
});

describe('A message that races passivation', () => {
  test('is never lost, in whichever order turns are taken', () => {
    const { runs, complete } = explore((options) => {
      const { system, driver, region, heard } = scene({}, options);
      region.tell('a', 'first');
      driver.settle();
      driver.clock.advance(150);
      const teller = system.spawn(
        acting<string>(() => void region.tell('a', 'raced')),
        'teller',
      );
      teller.tell('go');
      driver.settle();
      expect(heard()).toEqual(['/region/a first', '/teller go', '/region/a raced']);
      expect(system.deadLetters.newest()).toEqual([]);
    });
    expect(complete).toBe(true);
    expect(runs).toBeGreaterThan(3);
  });
});

describe('Keys', () => {
  test('may hold any characters, stay apart, and never break a path', () => {
    const keys = [
      'a',
      'A',
      '',
      ' ',
      '/',
      'a/b',
      '%2F',
      '..',
      'ü',
      '💬',
      '\ud800',
      '\udfff',
      '%uD800',
      'a'.repeat(999),
      '__proto__',
    ];
    const { driver, region, heard, activated } = scene();
    for (const key of keys) expect(region.tell(key, key)).toBeUndefined();
    driver.settle();
    expect(activated).toEqual(keys);
    const paths = keys.map((key) => region.ref(key).path);
    expect(new Set(paths).size).toBe(keys.length);
    expect(paths.filter((path) => path.split('/').length !== 3)).toEqual([]);
    expect(heard()).toEqual(keys.map((key, index) => `${paths[index]} ${key}`));
    expect(region.ref('ü/💬').path).toBe(`/region/${encodeURIComponent('ü/💬')}`);
  });
});

describe('A reference into a region', () => {
  test('can be told on behalf of another system', () => {
    const { system, driver, region } = scene();
    const seen: string[] = [];
    system.observer = (path, { cause, from }) => void seen.push(`${path} ${String(cause)} ${from}`);
    system.tellCausedBy('n2:1:9', region.ref('a'), 'hello');
    driver.settle();
    expect(seen.at(-1)).toBe('/region/a n2:1:9 ');
  });

  test('refuses when the region has stopped', () => {
    const { system, region } = scene();
    system.stop();
    expect(region.tell('a', 'late')).toMatchObject({ code: 'runtime.stopped' });
    expect(region.ref('a').tell('late')).toMatchObject({ code: 'runtime.stopped' });
    expect([system.size, system.deadLetters.counts.stopped]).toEqual([0, 2]);
  });

  test('an outcome that ends the waiting lets the actor go later, not at once', () => {
    const { driver, region } = scene();
    region.tell('a', (context) =>
      context.start(
        (done) => void driver.clock.schedule(500, () => done(ok(1))),
        () => 'x',
      ),
    );
    driver.advance(590);
    expect(region.size).toBe(1);
    driver.advance(150);
    expect(region.size).toBe(0);
  });
});
