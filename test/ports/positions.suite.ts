/** Device positions: never newer than the truth; a device is new once. */
import { describe, expect, test } from 'vitest';
import { openedFor, valueOf } from '#test/ports/harness';
import type { OpenBackend, Use } from '#test/ports/harness';
import { freshName } from '#test/ports/words';

const openDevice = (use: Use, user: string, device: string) => valueOf(use(), use().ports.positions.open(user, device));

const save = (use: Use, user: string, device: string, cursors: [string, number][]) =>
  valueOf(use(), use().ports.positions.save(user, device, new Map(cursors)));

export const positionsSuite = (open: OpenBackend): void => {
  const use = openedFor(open);
  describe('positions', () => {
    test('a device is new once', async () => {
      const user = freshName('user');
      expect(await openDevice(use, user, 'phone')).toEqual({ known: false, cursors: new Map() });
      expect(await openDevice(use, user, 'phone')).toEqual({ known: true, cursors: new Map() });
    });

    test('positions are raised, never lowered', async () => {
      const user = freshName('user');
      await openDevice(use, user, 'phone');
      await save(use, user, 'phone', [
        ['a', 5],
        ['b', 1],
        ['__proto__', 0],
      ]);
      await save(use, user, 'phone', [
        ['a', 3],
        ['b', 2],
      ]);
      const { cursors } = await openDevice(use, user, 'phone');
      expect([...cursors].sort()).toEqual([
        ['__proto__', 0],
        ['a', 5],
        ['b', 2],
      ]);
    });

    test('a new device starts after what any device of the user has acknowledged, and keeps that start', async () => {
      const user = freshName('user');
      await save(use, user, 'phone', [
        ['a', 5],
        ['b', 1],
      ]);
      await save(use, user, 'laptop', [
        ['a', 2],
        ['b', 7],
      ]);
      const start = new Map([
        ['a', 5],
        ['b', 7],
      ]);
      expect(await openDevice(use, user, 'tablet')).toEqual({ known: false, cursors: start });
      await save(use, user, 'phone', [['a', 9]]);
      expect(await openDevice(use, user, 'tablet')).toEqual({ known: true, cursors: start });
    });

    test('of two connections of a new device one is the first', async () => {
      const user = freshName('user');
      const both = await Promise.all([openDevice(use, user, 'phone'), openDevice(use, user, 'phone')]);
      expect(both.map(({ known }) => known).sort()).toEqual([false, true]);
    });

    test('devices and users are kept apart, whatever their names begin with', async () => {
      const user = freshName('user');
      await save(use, user, 'phone', [['a', 5]]);
      await save(use, `${user}0`, 'phone', [['a', 6]]);
      await save(use, user, 'phone2', [['a', 4]]);
      expect((await openDevice(use, user, 'phone')).cursors.get('a')).toBe(5);
      expect((await openDevice(use, user, 'phone2')).cursors.get('a')).toBe(4);
      expect((await openDevice(use, `${user}.`, 'phone')).known).toBe(false);
    });
  });
};
