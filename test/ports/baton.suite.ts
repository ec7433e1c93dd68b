/** Turns at appending: one at a time, whoever waits longest is next, and who is silent is passed over. */
import { describe, expect, test } from 'vitest';
import type { Baton, Turn } from '#contract/ports/baton';
import { openedFor, valueOf } from '#test/ports/harness';
import type { Backend } from '#test/ports/harness';
import { freshName } from '#test/ports/words';

/** Lets that much time pass for the backend. */
interface Passing extends Backend {
  readonly pass: (ms: number) => void | Promise<void>;
}

export const batonTimes = { 'baton.turnMs': 200, 'baton.askMs': 15 } as const;

export const batonSuite = (open: () => Promise<Passing>): void => {
  let passing: Passing;
  const use = openedFor(async () => (passing = await open()));
  const baton = (): Baton => {
    const found = use().ports.baton;
    if (found === undefined) throw new Error('no baton');
    return found;
  };
  const turn = (conv: string, node: string): Promise<Turn> => valueOf(use(), baton().turn(conv, node));
  const whose = async (conv: string, ...nodes: string[]): Promise<string[]> => {
    const mine: string[] = [];
    for (const node of nodes) if ((await turn(conv, node)).isMine) mine.push(node);
    return mine;
  };
  const turnMs = batonTimes['baton.turnMs'];

  describe('turns', () => {
    test('whoever asks first has it, alone; others wait and are told when to ask again', async () => {
      const conv = freshName('conv');
      expect(await turn(conv, 'a')).toEqual({ isMine: true, forMs: turnMs, isAlone: true });
      expect(await turn(conv, 'b')).toEqual({ isMine: false, forMs: 15, isAlone: false });
      expect((await turn(freshName('conv'), 'b')).isMine).toBe(true);
    });

    test('a turn that is over goes to whoever waits longest, and its holder queues behind', async () => {
      const conv = freshName('conv');
      expect(await whose(conv, 'a', 'b', 'c')).toEqual(['a']);
      await passing.pass(turnMs - 100);
      expect(await whose(conv, 'b', 'c')).toEqual([]);
      await passing.pass(120);
      expect(await whose(conv, 'a', 'c', 'b')).toEqual(['b']);
      await passing.pass(turnMs - 100);
      expect(await whose(conv, 'a', 'c')).toEqual([]);
      await passing.pass(120);
      expect(await whose(conv, 'b', 'c', 'a')).toEqual(['c']);
    });

    test('who is done passes it on at once; who is alone goes on', async () => {
      const conv = freshName('conv');
      expect(await whose(conv, 'a', 'b')).toEqual(['a']);
      await valueOf(use(), baton().done(conv, 'a'));
      expect(await whose(conv, 'a', 'b')).toEqual(['b']);
      await valueOf(use(), baton().done(conv, 'b'));
      await valueOf(use(), baton().done(conv, 'a'));
      expect((await turn(conv, 'b')).isAlone).toBe(true);
      await passing.pass(turnMs + 50);
      expect(await turn(conv, 'b')).toEqual({ isMine: true, forMs: turnMs, isAlone: true });
    });

    test('who died is passed over, with a turn or waiting for one', async () => {
      const conv = freshName('conv');
      expect(await whose(conv, 'a', 'b', 'c')).toEqual(['a']);
      await passing.pass(turnMs + 200);
      expect(await whose(conv, 'c', 'b')).toEqual(['c']);
    });
  });
};
