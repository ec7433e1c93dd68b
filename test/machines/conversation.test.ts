// The life of a conversation on one node: all its paths, and how losses are counted.
import { expect, test } from 'vitest';
import { conversationMachine } from '#machines/conversation';
import type { ConversationEvent } from '#machines/conversation';
import { after, walkEverywhere } from '#test/machines/kit';

walkEverywhere(conversationMachine, {
  input: undefined,
  events: [
    { type: 'LOST', hasTurns: false },
    { type: 'LOST', hasTurns: true },
    ...(['WON', 'CALLED', 'ALONE', 'YIELDED', 'BUFFER', 'STORED', 'DRAIN', 'EMPTY'] as const).map((type) => ({ type })),
  ],
});

type Type = ConversationEvent['type'];

const told = (type: Type, hasTurns: boolean): ConversationEvent => (type === 'LOST' ? { type, hasTurns } : { type });

const story = (...types: readonly Type[]) =>
  after(conversationMachine, undefined, ...types.map((type) => ({ event: told(type, false) })));

const storyWithTurns = (...types: readonly Type[]) =>
  after(conversationMachine, undefined, ...types.map((type) => ({ event: told(type, true) })));

const waits = (...losses: readonly number[]) => losses.map((count) => ({ type: 'wait', losses: count }));

test('conversation: each loss waits, longer than the one before', () => {
  expect(story('LOST', 'LOST', 'LOST')).toEqual({ state: 'conversation.normal.contended', emitted: waits(1, 2, 3) });
});

test('conversation: an append that went through ends the waiting, and losses count from one again', () => {
  expect(story('LOST', 'LOST', 'WON', 'LOST').emitted).toEqual(waits(1, 2, 1));
  expect(story('LOST', 'WON')).toEqual({ state: 'conversation.normal.sole', emitted: waits(1) });
});

test('conversation: who is alone does not wait', () => {
  expect(story('WON')).toEqual({ state: 'conversation.normal.sole', emitted: [] });
});

test('conversation: a drain finishes when nothing is held, from the midst of losses too', () => {
  expect(story('LOST', 'DRAIN')).toEqual({ state: 'conversation.draining', emitted: waits(1) });
  expect(story('LOST', 'DRAIN', 'EMPTY')).toEqual({
    state: 'conversation.drained',
    emitted: [...waits(1), { type: 'finished' }],
  });
});

test('conversation: while it buffers, losses of what was queued wait too; an append that is stored ends it', () => {
  expect(story('LOST', 'BUFFER', 'LOST', 'LOST')).toEqual({ state: 'conversation.buffering', emitted: waits(1, 1, 2) });
  expect(story('BUFFER', 'STORED')).toEqual({ state: 'conversation.normal.sole', emitted: [] });
  expect(story('BUFFER', 'WON', 'DRAIN')).toEqual({ state: 'conversation.draining', emitted: [] });
});

test('conversation: whoever lost twice takes turns, until nobody else does', () => {
  expect(storyWithTurns('LOST', 'LOST').state).toBe('conversation.normal.turns');
  expect(storyWithTurns('LOST', 'WON', 'LOST').state).toBe('conversation.normal.contended');
  expect(storyWithTurns('LOST', 'LOST', 'WON', 'LOST')).toEqual({
    state: 'conversation.normal.turns',
    emitted: waits(1),
  });
  expect(storyWithTurns('CALLED')).toEqual({ state: 'conversation.normal.turns', emitted: [] });
  expect(storyWithTurns('LOST', 'CALLED', 'LOST').state).toBe('conversation.normal.turns');
  expect(storyWithTurns('LOST', 'LOST', 'WON', 'ALONE').state).toBe('conversation.normal.sole');
});
