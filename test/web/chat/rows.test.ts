// What stands in a conversation, and which part of it is in the document.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsOf, keyOf, rowsOf, shownOf, slid } from '#web/chat/rows';
import type { Row } from '#web/chat/rows';
import { conversation, limits, message, noon } from '#test/web/chat/kit';
import type { Conversation } from '#web/chat/model';

const rows = (shown: Conversation, most = 80): Row[] => rowsOf(shown, 'alice', most, limits['members.receipts']);
const kinds = (shown: Conversation): string[] =>
  rows(shown).map((row) => (row.kind === 'message' ? `${row.isFirst ? '+' : ''}${row.body}` : row.kind));

describe('rows', () => {
  it('put a day above its first message, and the line above what is new', () => {
    const day = 24 * 3_600_000;
    const run = {
      messages: [message(1), message(2, { at: noon + day }), message(3, { at: noon + day + 1 })],
      reachesStart: true,
      reachesEnd: true,
    };
    const shown = conversation(3, { run, newFrom: 3 });
    expect(kinds(shown)).toEqual(['day', '+message 1', 'day', '+message 2', 'new', '+message 3']);
  });

  it('put together what one person wrote within five minutes', () => {
    const at = noon;
    const run = {
      messages: [
        message(1, { at }),
        message(2, { at: at + 60_000 }),
        message(3, { at: at + 120_000, from: 'alice' }),
        message(4, { at: at + 180_000, event: { add: ['carol'], remove: [] }, body: '' }),
        message(5, { at: at + 190_000 }),
        message(6, { at: at + 190_000 + 5 * 60_000 }),
      ],
      reachesStart: true,
      reachesEnd: true,
    };
    const expected = ['day', '+message 1', 'message 2', '+message 3', 'event', '+message 5', '+message 6'];
    expect(kinds(conversation(6, { run }))).toEqual(expected);
  });

  it('end with what waits, once the end of the conversation is there', () => {
    const pending = [{ id: 'p1', body: 'waits', at: noon + 3_600_000, state: 'sending' }] as const;
    expect(kinds(conversation(1, { pending })).at(-1)).toBe('+waits');
    const part = { messages: [message(1)], reachesStart: true, reachesEnd: false };
    expect(kinds(conversation(5, { pending, run: part })).at(-1)).toBe('+message 1');
  });

  it("are of at most 'rows.shown' messages, whatever the conversation holds", () => {
    const most = limits['rows.shown'];
    const shown = rows(conversation(1_000), most);
    expect(shown.filter(({ kind }) => kind === 'message')).toHaveLength(most);
    expect(shown.at(-1)?.key).toBe('m1000');
  });
});

describe('the window', () => {
  it("moves by 'rows.step' until an end of what is there, and is at the end again there", () => {
    const items = itemsOf(conversation(300));
    const [most, step] = [limits['rows.shown'], limits['rows.step']];
    const up = slid(items, 'end', 'up', step, most);
    expect(shownOf(items, up, most).from).toBe(300 - most - step);
    expect(slid(items, up, 'down', step, most)).toBe('end');
    let view = up;
    for (let n = 0; n < 20; n += 1) view = slid(items, view, 'up', step, most);
    expect(view).toEqual({ first: 'm1' });
  });

  it('always has neighbours in it, keeps what was in sight, and gets everywhere', () => {
    const ways = fc.array(fc.constantFrom('up', 'down'), { maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(400), fc.integer({ min: 2, max: 90 }), ways, (count, most, path) => {
        const items = itemsOf(conversation(count));
        const step = Math.ceil(most / 2);
        let view = slid(items, 'end', 'up', 0, most);
        for (const way of path) {
          const before = shownOf(items, view, most).items.map(keyOf);
          view = slid(items, view, way, step, most);
          const after = shownOf(items, view, most).items;
          expect(after).toHaveLength(Math.min(most, count));
          after.forEach((item, n) => n > 0 && expect(keyOf(item)).toBe(`m${Number(keyOf(after[0]!).slice(1)) + n}`));
          if (count > 0) expect(after.map(keyOf).some((key) => before.includes(key))).toBe(true);
        }
      }),
    );
  });

  it('stays with its first message when older ones come, and is at the end where that is gone', () => {
    const most = 10;
    const view = { first: 'm50' };
    expect(shownOf(itemsOf(conversation(100)), view, most).from).toBe(49);
    const part = { messages: [...Array(60).keys()].map((n) => message(41 + n)), reachesStart: false, reachesEnd: true };
    expect(shownOf(itemsOf(conversation(100, { run: part })), view, most).from).toBe(9);
    expect(shownOf(itemsOf(conversation(100)), { first: 'm999' }, most).from).toBe(90);
  });
});
