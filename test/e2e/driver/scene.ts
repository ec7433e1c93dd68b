/**
 * A short story that breaks no promise: anna opens a conversation with ben, both send, anna loses her connection, ben
 * goes on, anna resumes and sends again. The checker's own tests plant one fault each into a copy of it.
 */
import type { ClientFrame, Message, ServerFrame } from '#test/e2e/driver/frames';
import type { Evidence, Inbox } from '#test/e2e/driver/evidence';
import { Log } from '#test/e2e/driver/log';
import type { ConnectionRecord, Recording } from '#test/e2e/driver/log';

export const conv = 'c-anna-ben';

export interface Scene {
  readonly recordings: Recording[];
  readonly readings: { conv: string; user: string; since: number; messages: Message[] }[];
  readonly inboxes: Inbox[];
}

export const entry = (seq: number, from: string, id: string): Message => ({
  conv,
  seq,
  mid: `mid-${seq}`,
  from,
  id,
  body: `body of ${id}`,
  at: 1_000 + seq,
});

export const message = (of: Message): ServerFrame => ({ t: 'message', ...of });
export const stored = ({ id, seq, mid, at }: Message): ServerFrame => ({ t: 'stored', id, conv, seq, mid, at });
export const send = ({ id, body }: Message): ClientFrame => ({ t: 'send', id, conv, body });
export const resumed = (from: number, to: number, recovered = true): ServerFrame => ({
  t: 'resumed',
  conv,
  since: 1,
  from,
  to,
  recovered,
});

const opened = (id?: string): ServerFrame => ({
  t: 'opened',
  ...(id !== undefined && { id }),
  conv,
  kind: 'direct',
  members: ['anna', 'ben'],
  since: 1,
  seq: 0,
});

/** The six entries of the story, by their numbers. */
export const story = [
  entry(1, 'anna', 'anna-one'),
  entry(2, 'ben', 'ben-one'),
  entry(3, 'anna', 'anna-two'),
  entry(4, 'ben', 'ben-two'),
  entry(5, 'ben', 'ben-three'),
  entry(6, 'anna', 'anna-three'),
] as const;

class Writer {
  readonly #log = new Log();

  connect(recording: Recording, cursors: Record<string, number>): ConnectionRecord {
    const connection: ConnectionRecord = { cursors: new Map(Object.entries(cursors)), traffic: [], closed: null };
    recording.connections.push(connection);
    this.out(connection, { t: 'hello', token: 'x', device: recording.device, cursors });
    return connection;
  }

  in(connection: ConnectionRecord, ...frames: ServerFrame[]): void {
    for (const frame of frames) connection.traffic.push({ n: this.#log.tick(), dir: 'in', frame });
  }

  out(connection: ConnectionRecord, ...frames: ClientFrame[]): void {
    for (const frame of frames) connection.traffic.push({ n: this.#log.tick(), dir: 'out', frame });
  }

  recording(user: string): Recording {
    return this.#log.recording(user, 'd1');
  }
}

export function scene(): Scene {
  const write = new Writer();
  const anna = write.recording('anna');
  const ben = write.recording('ben');
  const [one, two, three, four, five, six] = story;
  const benAtWork = write.connect(ben, {});
  write.in(benAtWork, { t: 'ready' });
  const annaAtWork = write.connect(anna, {});
  write.in(annaAtWork, { t: 'ready' });
  write.out(annaAtWork, { t: 'open', id: 'open-one', members: ['ben'] });
  write.in(annaAtWork, opened('open-one'));
  write.in(benAtWork, opened());
  write.out(annaAtWork, send(one));
  write.in(annaAtWork, stored(one));
  write.in(benAtWork, message(one));
  write.out(benAtWork, send(two));
  write.out(annaAtWork, send(three));
  write.in(benAtWork, stored(two), message(three));
  write.in(annaAtWork, stored(three), message(two));
  write.out(benAtWork, send(four), send(five));
  write.in(benAtWork, stored(four), stored(five));
  const annaAgain = write.connect(anna, { [conv]: 3 });
  write.in(annaAgain, message(four), message(five), resumed(4, 5), { t: 'ready' });
  write.out(annaAgain, send(six));
  write.in(annaAgain, stored(six));
  write.in(benAtWork, message(six));
  const readings = ['anna', 'ben'].map((user) => ({ conv, user, since: 1, messages: [...story] }));
  return { recordings: [anna, ben], readings, inboxes: [] };
}

/** One connection of a scene, to plant a fault in. */
export function connectionOf({ recordings }: Evidence, user: string, number: number): ConnectionRecord {
  const connection = recordings.find((recording) => recording.user === user)?.connections[number - 1];
  if (connection === undefined) throw new Error(`${user} has no connection ${number}`);
  return connection;
}
