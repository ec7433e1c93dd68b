/** A short way to write an actor in a test: what it does with a word, and nothing more. */
import type { Behaviour, Context } from '#runtime/types';

export const acting = <M>(
  receive: (message: M, context: Context<M>) => void = () => undefined,
  more: Partial<Behaviour<undefined, M>> = {},
): Behaviour<undefined, M> => ({
  kind: 'test',
  init: () => undefined,
  receive: (_state, message, context) => {
    receive(message, context);
    return undefined;
  },
  ...more,
});
