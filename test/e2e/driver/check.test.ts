// The checker is checked: a story without a fault passes, and each fault that is planted into it is named.
import { describe, expect, test } from 'vitest';
import { check, report } from '#test/e2e/driver/check';
import type { CheckName } from '#test/e2e/driver/evidence';
import { ranges } from '#test/e2e/driver/evidence';
import type { InboxItem, Message, ServerFrame } from '#test/e2e/driver/frames';
import { Log } from '#test/e2e/driver/log';
import type { ConnectionRecord } from '#test/e2e/driver/log';
import { connectionOf, conv, entry, message, resumed, scene, send, stored, story } from '#test/e2e/driver/scene';
import type { Scene } from '#test/e2e/driver/scene';

const [one, two, three, four, five, six] = story;

const isSame = (frame: object, other: object): boolean => JSON.stringify(frame) === JSON.stringify(other);

/** Puts other frames in the place of one that was received; none takes it away. */
function replace(connection: ConnectionRecord, frame: ServerFrame, ...others: ServerFrame[]): void {
  const index = connection.traffic.findIndex((line) => isSame(line.frame, frame));
  const n = connection.traffic[index]?.n;
  if (n === undefined) throw new Error(`no ${JSON.stringify(frame)} to replace`);
  const lines = others.map((other) => ({ n, dir: 'in' as const, frame: other }));
  connection.traffic.splice(index, 1, ...lines);
}

/** Changes the history as every member reads it. */
function rewrite({ readings }: Scene, change: (messages: Message[]) => void): void {
  for (const { messages } of readings) change(messages);
}

const anna = (of: Scene, number = 1): ConnectionRecord => connectionOf(of, 'anna', number);
const ben = (of: Scene): ConnectionRecord => connectionOf(of, 'ben', 1);

const received = (frame: ServerFrame) => ({ n: 150, dir: 'in' as const, frame });
const queued = (id: string): ServerFrame => ({ t: 'queued', conv, id });
const read = (user: string, seq: number) => received({ t: 'read', conv, user, seq });
const delivered = (user: string, seq: number) => received({ t: 'delivered', conv, user, seq });

/** Ben's inbox, as it is right, changed. */
function plantInbox(into: Scene, change: (item: InboxItem) => InboxItem[]): void {
  const right = { conv, kind: 'direct', members: ['anna'], since: 1, seq: 6, at: six.at } as const;
  into.inboxes.push({ user: 'ben', ownCount: true, items: change({ ...right, preview: six.body, unread: 1 }) });
}

type Planted = readonly [CheckName, string, (into: Scene) => void, RegExp];

const planted: readonly Planted[] = [
  [
    'stored',
    'a number that the history gives to another',
    (s) => replace(anna(s), stored(three), stored({ ...three, seq: 2 })),
    /told number 2/,
  ],
  ['stored', 'another mid', (s) => replace(anna(s), stored(one), stored({ ...one, mid: 'other' })), /mid other/],
  ['stored', 'another time', (s) => replace(anna(s), stored(one), stored({ ...one, at: 7 })), /time 7/],
  ['stored', 'what was stored is lost', (s) => rewrite(s, (m) => m.pop()), /which the history does not have/],
  [
    'stored',
    'a repeat got a second number',
    (s) => rewrite(s, (m) => m.push({ ...entry(7, 'ben', five.id) })),
    /numbers 5 and 7/,
  ],
  ['numbers', 'a hole', (s) => rewrite(s, (m) => m.splice(2, 1)), /number 4 where 3 is due/],
  ['numbers', 'a history that does not begin with 1', (s) => rewrite(s, (m) => m.shift()), /number 2 where 1 is due/],
  ['numbers', 'a member who reads less', (s) => s.readings[1]?.messages.pop(), /ben reads not up to 6/],
  [
    'numbers',
    'two members who read different things',
    (s) => s.readings[1]?.messages.splice(1, 1, { ...two, body: 'x' }),
    /has body x/,
  ],
  [
    'bodies',
    'a message stored twice',
    (s) => rewrite(s, (m) => m.push({ ...six, seq: 7, id: 'again' })),
    /repeats the body/,
  ],
  ['bodies', 'a message that nobody sent', (s) => rewrite(s, (m) => m.push(entry(7, 'ben', 'never'))), /did not send/],
  ['stream', 'a message left out', (s) => replace(ben(s), message(three)), /number 6 without 3/],
  ['stream', 'a message left out at the end', (s) => replace(ben(s), message(six)), /never shown 6/],
  [
    'stream',
    'a message shown twice',
    (s) => replace(ben(s), message(three), message(three), message(three)),
    /3 after number 3/,
  ],
  [
    'stream',
    'messages in another order',
    (s) => replace(anna(s, 2), message(four), message(five), message(four)),
    /number 5 without 4/,
  ],
  [
    'stream',
    'another body than the history has',
    (s) => replace(ben(s), message(one), message({ ...one, body: 'x' })),
    /has body x/,
  ],
  [
    'stream',
    'an own send as a message',
    (s) => replace(ben(s), stored(two), stored(two), message(two)),
    /its own send/,
  ],
  [
    'stream',
    'a message after `removed`',
    (s) => replace(ben(s), message(six), { t: 'removed', conv }, message(six)),
    /after `removed`/,
  ],
  [
    'stream',
    'a gap that does not meet what was shown',
    (s) => replace(ben(s), message(six), resumed(7, 7, false)),
    /gap 7-7 without 6/,
  ],
  [
    'stream',
    'an announced number after all',
    (s) => replace(ben(s), message(six), resumed(6, 6, false), message(six)),
    /6 after number 6/,
  ],
  [
    'resumed',
    'from another number than the cursor',
    (s) => replace(anna(s, 2), resumed(4, 5), resumed(3, 5)),
    /from cursor 3/,
  ],
  ['resumed', 'an end below what was known', (s) => replace(anna(s, 2), resumed(4, 5), resumed(4, 4)), /ends below 5/],
  [
    'resumed',
    'an end beyond the last number',
    (s) => replace(anna(s, 2), resumed(4, 5), resumed(4, 9)),
    /beyond the last number 6/,
  ],
  ['resumed', 'a number not replayed', (s) => replace(anna(s, 2), message(five)), /without 5/],
  [
    'resumed',
    'a live message before it',
    (s) => replace(anna(s, 2), message(five), message(five), message(six)),
    /after 6, outside/,
  ],
  ['resumed', 'none before `ready`', (s) => replace(anna(s, 2), resumed(4, 5)), /had no `resumed`/],
  ['resumed', 'a second one', (s) => replace(anna(s, 2), resumed(4, 5), resumed(4, 5), resumed(6, 5)), /came again/],
  [
    'resumed',
    'an announcement of what was shown',
    (s) => replace(anna(s, 2), resumed(4, 5), resumed(4, 5, false)),
    /had been shown/,
  ],
  [
    'resumed',
    'a cursor falsely beyond the end',
    (s) => replace(anna(s, 2), resumed(4, 5), resumed(4, 3, false)),
    /not beyond the end/,
  ],
  [
    'resumed',
    'a start that is none',
    (s) => replace(anna(s, 2), resumed(4, 5), { ...resumed(4, 5), since: 2 } as ServerFrame),
    /since 2/,
  ],
  [
    'order',
    'two sends stored the wrong way round',
    (s) => rewrite(s, (m) => m.splice(3, 2, { ...five, seq: 4 }, { ...four, seq: 5 })),
    /after ben-two/,
  ],
  [
    'order',
    'two sends answered the wrong way round',
    (s) => replace(ben(s), stored(four), stored(five), stored(four)),
    /answered after a later send/,
  ],
  [
    'order',
    'a send queued after a later one was stored',
    (s) => replace(ben(s), stored(four), stored(five), queued(four.id), stored(four)),
    /answered after a later send/,
  ],
  [
    'receipts',
    'a position that falls',
    (s) => ben(s).traffic.push(read('anna', 6), read('anna', 5)),
    /read of anna falls from 6 to 5/,
  ],
  ['receipts', 'a position ahead of the truth', (s) => ben(s).traffic.push(read('anna', 4)), /ahead of 0/],
  [
    'receipts',
    'a delivery that nobody acknowledged',
    (s) => anna(s, 2).traffic.push(delivered('ben', 1)),
    /delivered of ben is 1, ahead of 0/,
  ],
  ['receipts', 'one’s own delivery', (s) => anna(s, 2).traffic.push(delivered('anna', 3)), /its own `delivered`/],
  [
    'receipts',
    'a position after `removed`',
    (s) => ben(s).traffic.push(received({ t: 'removed', conv }), read('anna', 6)),
    /after `removed`/,
  ],
  ['typing', 'one’s own typing', (s) => ben(s).traffic.push(received({ t: 'typing', conv, user: 'ben' })), /of ben/],
  ['inbox', 'a conversation that is not there', (s) => plantInbox(s, () => []), /shows it 0 times/],
  ['inbox', 'another last number', (s) => plantInbox(s, (item) => [{ ...item, seq: 5 }]), /has seq 5, not 6/],
  ['inbox', 'another preview', (s) => plantInbox(s, (item) => [{ ...item, preview: 'x' }]), /has preview x/],
  ['inbox', 'too many unread', (s) => plantInbox(s, (item) => [{ ...item, unread: 2 }]), /says 2 unread, not 1/],
  ['inbox', 'too few unread', (s) => plantInbox(s, (item) => [{ ...item, unread: 0 }]), /says 0 unread, not 1/],
  [
    'inbox',
    'an older one before a newer one',
    (s) => plantInbox(s, (item) => [{ ...item, conv: 'other', at: 1 }, item]),
    /not newest first/,
  ],
  ['time', 'a time that falls', (s) => rewrite(s, (m) => m.splice(5, 1, { ...six, at: 5 })), /number 6 is of 5/],
];

describe('the checker', () => {
  test('finds nothing in an inbox and receipts that are right', () => {
    const right = scene();
    plantInbox(right, (item) => [item]);
    anna(right, 2).traffic.push({ n: 120, dir: 'out', frame: { t: 'read', conv, seq: 5 } });
    ben(right).traffic.push(read('anna', 5), read('anna', 6));
    anna(right, 2).traffic.push(delivered('ben', 0));
    expect(report(check(right), new Log())).toBe('');
  });

  test('finds nothing in a story that keeps every promise', () => {
    expect(report(check(scene()), new Log())).toBe('');
  });

  test.each(planted)('%s: names %s', (name, _what, plant, text) => {
    const faulty = scene();
    plant(faulty);
    const found = check(faulty).filter((finding) => finding.check === name);
    expect(found.map((finding) => finding.text).join('\n')).toMatch(text);
    expect(found[0]?.conv).toBe(conv);
  });

  test('lets a repeat on a new connection be answered by `stored`, by `message` and by both', () => {
    const repeated = scene();
    const first = anna(repeated);
    replace(first, stored(three));
    const again = anna(repeated, 2);
    again.traffic.splice(1, 0, { n: 0, dir: 'out', frame: send(three) });
    again.cursors = new Map([[conv, 2]]);
    replace(again, message(four), message(three), stored(three), message(four));
    replace(again, resumed(4, 5), resumed(3, 5));
    expect(report(check(repeated), new Log())).toBe('');
  });

  test('where the store was away, takes what `resumed` did not know of if it comes later, and only then', () => {
    const late = scene();
    const again = anna(late, 2);
    again.closed = null;
    replace(again, message(four));
    replace(again, message(five));
    replace(again, resumed(4, 5), resumed(4, 3), message(four), message(five));
    expect(report(check(late), new Log())).toMatch(/ends below 5/);
    expect(report(check({ ...late, storeWasAway: true }), new Log())).toBe('');
    replace(again, message(four));
    expect(report(check({ ...late, storeWasAway: true }), new Log())).toMatch(/ends below 5/);
  });

  test('takes an announced gap for shown once it was read', () => {
    const announced = scene();
    const again = anna(announced, 2);
    replace(again, message(four));
    replace(again, message(five));
    replace(again, resumed(4, 5), resumed(4, 5, false));
    expect(report(check(announced), new Log())).toMatch(/never shown 4-5/);
    again.traffic.push({
      n: 99,
      dir: 'in',
      frame: { t: 'history', id: 'h', conv, messages: [four, five], more: false },
    });
    expect(report(check(announced), new Log())).toBe('');
  });

  test('leaves a refused send out of the order', () => {
    const refused = scene();
    rewrite(refused, (m) => m.splice(3, 2, { ...five, seq: 4 }, { ...four, seq: 5 }));
    ben(refused).traffic.push({
      n: 99,
      dir: 'in',
      frame: { t: 'error', id: four.id, code: 'gateway.overloaded', message: '', effect: 'none' },
    });
    expect(check(refused).filter((finding) => finding.check === 'order')).toEqual([]);
  });

  test('says numbers briefly', () => {
    expect(ranges([1, 3, 4, 5, 9])).toBe('1, 3-5, 9');
  });
});
