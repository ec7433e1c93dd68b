/**
 * Everything that clients sent and received, in one order: the evidence of the checker and the story of a failure.
 * Frames are kept as they are and put into words only when somebody has to read them.
 */
import type { ClientFrame, ServerFrame } from '#test/e2e/driver/frames';

export interface Traffic {
  /** Place in the order of the whole run, over all clients. */
  readonly n: number;
  readonly dir: 'in' | 'out';
  readonly frame: ServerFrame | ClientFrame;
}

export interface Received extends Traffic {
  readonly dir: 'in';
  readonly frame: ServerFrame;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectionRecord {
  /** The cursors that `hello` named; null when it has not been sent. */
  cursors: ReadonlyMap<string, number> | null;
  readonly traffic: (Received | (Traffic & { readonly dir: 'out'; readonly frame: ClientFrame }))[];
  closed: Closed | null;
}

export interface Recording {
  readonly user: string;
  readonly device: string;
  readonly connections: ConnectionRecord[];
}

const short = (frame: object): string => {
  const text = JSON.stringify(frame, (key, value: unknown) => {
    if (key === 'token') return '…';
    if (Array.isArray(value) && value.length > 6) return `[${value.length} items]`;
    return typeof value === 'string' && value.length > 48 ? `${value.slice(0, 48)}…` : value;
  });
  return text.length > 320 ? `${text.slice(0, 320)}…` : text;
};

const landmarks = ['hello', 'welcome', 'ready'];

const isOf = (frame: ServerFrame | ClientFrame, conv: string | undefined): boolean =>
  conv === undefined || ('conv' in frame && frame.conv === conv);

export class Log {
  readonly recordings: Recording[] = [];
  readonly #notes: { readonly n: number; readonly text: string }[] = [];
  #n = 0;

  tick(): number {
    this.#n += 1;
    return this.#n;
  }

  recording(user: string, device: string): Recording {
    const recording: Recording = { user, device, connections: [] };
    this.recordings.push(recording);
    return recording;
  }

  /** What happened besides frames: a server started, was killed. */
  note(text: string): void {
    this.#notes.push({ n: this.tick(), text });
  }

  /** What one user said and heard last, with all that happened besides. */
  storyOf(user: string, last = 40): string {
    const alone = new Log();
    alone.recordings.push(...this.recordings.filter((recording) => recording.user === user));
    alone.#notes.push(...this.#notes);
    return alone.story(undefined, last);
  }

  /** The last lines of the story, of one conversation when it is named. */
  story(conv?: string, last = 120): string {
    const lines: { n: number; text: string }[] = this.#notes.map(({ n, text }) => ({ n, text: `-- ${text}` }));
    for (const { user, device, connections } of this.recordings) {
      const takesPart = connections.some(({ traffic }) => traffic.some(({ frame }) => isOf(frame, conv)));
      if (!takesPart) continue;
      connections.forEach(({ traffic }, index) => {
        for (const { n, dir, frame } of traffic) {
          if (!isOf(frame, conv) && !landmarks.includes(frame.t)) continue;
          lines.push({ n, text: `${user}/${device}@${index + 1} ${dir === 'in' ? '<-' : '->'} ${short(frame)}` });
        }
      });
    }
    lines.sort((one, other) => one.n - other.n);
    return lines
      .slice(-last)
      .map(({ n, text }) => `#${n} ${text}`)
      .join('\n');
  }
}
