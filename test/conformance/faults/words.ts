// The words in which faults are written: what is dropped, changed, added or tolerated at the rim of the little server.
import type { Fault, Forgotten, Frame, HttpAnswer, Seen, Settings, TokenFlaw } from '#test/conformance/fake/settings';

type When = (frame: Frame, seen: Seen) => boolean;
type Fields = Readonly<Record<string, unknown>>;

const always: When = () => true;

export const settingsOf = (settings: Partial<Settings>): Fault => ({ settings });

export const forgets = (what: Forgotten): Fault => ({ forgets: what });

export const tolerates = (flaw: TokenFlaw): Fault => ({ tolerates: flaw });

/** Frames of this type never go out. */
export const drops = (t: string, when = always): Fault => ({
  out: (frame, seen) => (frame.t === t && when(frame, seen) ? [] : [frame]),
});

/** Frames of this type go out with other fields; undefined ones are left out. */
export const changes = (t: string, fields: (frame: Frame, seen: Seen) => Fields): Fault => ({
  out: (frame, seen) => [frame.t === t ? { ...frame, ...fields(frame, seen) } : frame],
});

/** Something else goes out in place of frames of this type. */
export const replaces = (t: string, by: (frame: Frame, seen: Seen) => readonly Frame[]): Fault => ({
  out: (frame, seen) => (frame.t === t ? by(frame, seen) : [frame]),
});

/** Frames of this type are taken in as others; undefined: not at all. */
export const takes = (t: string, as: (frame: Frame, seen: Seen) => Frame | undefined): Fault => ({
  in: (frame, seen) => (frame.t === t ? as(frame, seen) : frame),
});

/** Every frame is taken in with other fields. */
export const mends = (fields: (frame: Frame) => Fields): Fault => ({
  in: (frame) => ({ ...frame, ...fields(frame) }),
});

/** Closes with another code; undefined: not at all. */
export const closes = (
  code: number,
  instead: number | undefined,
  when: (seen: Seen) => boolean = () => true,
): Fault => ({
  close: (due, seen) => (due === code && when(seen) ? instead : due),
});

/** Answers requests that begin so otherwise. */
export const answers = (request: string, otherwise: (answer: HttpAnswer) => Partial<HttpAnswer>): Fault => ({
  http: (answer, line) => (line.startsWith(request) ? { ...answer, ...otherwise(answer) } : answer),
});

/** Answers of one status get another. */
export const statuses = (request: string, from: number, to: number): Fault =>
  answers(request, ({ status }) => ({ status: status === from ? to : status }));

/** Each element of a list in frames of this type with other fields. */
export const inEach = (t: string, list: string, fields: (one: Fields, index: number) => Fields): Fault =>
  changes(t, (frame) => ({
    [list]: (frame[list] as readonly Fields[]).map((one, index) => ({ ...one, ...fields(one, index) })),
  }));

/** Tells who is foreign and who asks for what is not there apart. */
export const tellsApart = changes('error', ({ conv }) => ({
  message: String(conv).endsWith('-no') ? 'no such conversation' : 'not a member',
}));

export const isText = (value: unknown): value is string => typeof value === 'string';
