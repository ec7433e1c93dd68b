// Children started from outside, by name: each lives and falls alone.
import { describe, expect, test } from 'vitest';
import { Nursery } from '#runtime/nursery';
import { acting } from '#test/runtime/acting';
import { world } from '#testkit/probe';

const fragile = acting<string>((word) => {
  if (word === 'bad') throw new Error(word);
});

describe('A nursery', () => {
  test('starts children by name, which must be free', () => {
    const { system, driver, transcript } = world();
    const nursery = new Nursery(system, 'connections');
    nursery.spawn(fragile, 'a').tell('hello');
    driver.settle();
    expect([nursery.size, transcript.at(-1)?.path]).toEqual([1, '/connections/a']);
    expect(() => nursery.spawn(fragile, 'a')).toThrow('runtime.name_taken');
  });

  test('outlives a child that gives up, and so do the others', () => {
    const { system, driver, transcript } = world({ limits: { 'restart.budget': 0 } });
    const nursery = new Nursery(system, 'connections');
    const [one, other] = [nursery.spawn(fragile, 'a'), nursery.spawn(fragile, 'b')];
    one.tell('bad');
    driver.advance(60_000);
    other.tell('still here');
    driver.settle();
    expect([nursery.size, transcript.at(-1)?.message]).toEqual([1, 'still here']);
  });

  test('takes nobody in once the system has stopped', () => {
    const { system, driver } = world();
    const nursery = new Nursery(system, 'connections');
    driver.settle();
    system.stop();
    expect(() => nursery.spawn(fragile, 'a')).toThrow('runtime.stopped');
    expect(system.size).toBe(0);
  });
});
