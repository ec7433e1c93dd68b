// Pages of the history and messages that come, joined; and what is asked for next.
import { describe, expect, it } from 'vitest';
import type { Run } from '#web/chat/model';
import { boundsOf, missingIn, withoutOldest } from '#web/chat/loading';
import { rewound, withMessage, withPage } from '#web/chat/run';
import { conversation, limits, message, messages, modelWith, only } from '#test/web/chat/kit';

const run = (from: number, to: number, more: Partial<Run> = {}): Run => ({
  messages: messages(from, to),
  reachesStart: from === 1,
  reachesEnd: true,
  ...more,
});
const span = ({ messages: held, reachesStart, reachesEnd }: Run): string =>
  `${reachesStart ? '[' : '('}${held[0]?.seq}-${held.at(-1)?.seq}${reachesEnd ? ']' : ')'}`;

describe('a run', () => {
  it('begins with the newest page; what came meanwhile is missing at its end', () => {
    const page = { where: 'newest', messages: messages(51, 100), more: true } as const;
    expect(span(withPage(undefined, page, 100, 500))).toBe('(51-100]');
    expect(span(withPage(undefined, page, 102, 500))).toBe('(51-100)');
  });

  it('grows at both ends, each number once', () => {
    const older = { where: 'older', messages: messages(1, 55), more: false } as const;
    expect(span(withPage(run(51, 100), older, 100, 500))).toBe('[1-100]');
    const newer = { where: 'newer', messages: messages(100, 102), more: false } as const;
    const grown = withPage(run(51, 100, { reachesEnd: false }), newer, 102, 500);
    expect(span(grown)).toBe('(51-102]');
    expect(grown.messages).toHaveLength(52);
    const nothing = { where: 'newer', messages: [], more: false } as const;
    expect(span(withPage(run(51, 100, { reachesEnd: false }), nothing, 105, 500))).toBe('(51-100]');
  });

  it('takes a message that follows; one that does not is left to the history', () => {
    expect(span(withMessage(run(1, 5), message(6), 'end', 500))).toBe('[1-6]');
    expect(span(withMessage(run(1, 5), message(8), 'end', 500))).toBe('[1-5)');
    expect(span(withMessage(run(1, 5), message(5), 'end', 500))).toBe('[1-5]');
    expect(span(withMessage(run(1, 5, { reachesEnd: false }), message(6), 'end', 500))).toBe('[1-5)');
  });

  it("of more than 'history.held' messages forgets those at the far end", () => {
    const most = limits['history.held'];
    const whole = run(1, most);
    expect(span(withMessage(whole, message(most + 1), 'end', most))).toBe(`(2-${most + 1}]`);
    expect(span(withMessage(whole, message(most + 1), 'start', most))).toBe(`[1-${most})`);
    const older = { where: 'older', messages: messages(1, 100), more: false } as const;
    expect(span(withPage(run(101, most + 100), older, most + 100, most))).toBe(`[1-${most})`);
  });

  it('goes back where the server has nothing above', () => {
    expect(span(rewound(run(1, 9), 7))).toBe('[1-7]');
  });
});

describe('what is asked for next', () => {
  it("is the newest page first, 'history.page' at a time, then what is near an end of the window", () => {
    expect(limits['history.page']).toBeLessThanOrEqual(200);
    const nothing = conversation(500, { run: undefined });
    expect(missingIn(nothing, limits)).toBe('newest');
    expect(boundsOf(nothing, 'newest')).toEqual({});
    const some = conversation(500, { run: run(401, 500) });
    expect(missingIn(some, limits)).toBe('older');
    expect(boundsOf(some, 'older')).toEqual({ before: 401 });
    expect(missingIn(conversation(500, { run: run(201, 500) }), limits)).toBeUndefined();
    const behind = conversation(500, { run: run(1, 400, { reachesEnd: false }) });
    expect(missingIn(behind, limits)).toBe('newer');
    expect(boundsOf(behind, 'newer')).toEqual({ after: 400 });
    expect(missingIn({ ...behind, view: { first: 'm1' } }, limits)).toBeUndefined();
    expect(missingIn({ ...behind, view: { first: 'm300' } }, limits)).toBe('newer');
  });

  it('is nothing while something is on its way, or could not be had', () => {
    expect(missingIn(conversation(500, { run: undefined, loading: 'newest' }), limits)).toBeUndefined();
    expect(missingIn(conversation(500, { run: undefined, isStuck: true }), limits)).toBeUndefined();
  });

  it("forgets the messages of what nobody has looked at for more than 'history.conversations' others", () => {
    const names = Array.from({ length: limits['history.conversations'] + 2 }, (_, n) => `c${n}`);
    const before = modelWith(...names.map((conv) => ({ ...conversation(3), conv })));
    const after = withoutOldest(before, names, limits['history.conversations']);
    expect(names.filter((conv) => only(after, conv).run === undefined)).toEqual(names.slice(-2));
  });
});
