/** Neighbouring messages: how a page of the history and a message that comes join what is there, within a bound. */
import type { Seq } from '#contract/conversation';
import type { WireMessage } from '#contract/frames';
import type { Run } from '#web/chat/model';

/** A page of the history, as asked for. */
export interface Page {
  readonly where: 'newest' | 'older' | 'newer';
  readonly messages: readonly WireMessage[];
  /** There are more in the direction asked. */
  readonly more: boolean;
}

const firstOf = (run: Run): Seq => run.messages[0]?.seq ?? Infinity;
export const lastOf = (run: Run): Seq => run.messages.at(-1)?.seq ?? 0;

/** Too many: those at the far end are forgotten. */
const bounded = (run: Run, keep: 'start' | 'end', most: number): Run => {
  const { messages } = run;
  if (messages.length <= most) return run;
  if (keep === 'start') return { ...run, messages: messages.slice(0, most), reachesEnd: false };
  return { ...run, messages: messages.slice(-most), reachesStart: false };
};

/**
 * The run with a page of the history joined to it.
 * @param seq the last number of the conversation, as known now
 */
export const withPage = (run: Run | undefined, { where, messages, more }: Page, seq: Seq, most: number): Run => {
  if (run === undefined || where === 'newest') {
    const last = messages.at(-1)?.seq ?? 0;
    return { messages, reachesStart: !more, reachesEnd: last >= seq };
  }
  if (where === 'older') {
    const older = messages.filter((message) => message.seq < firstOf(run));
    return bounded({ ...run, messages: [...older, ...run.messages], reachesStart: !more }, 'start', most);
  }
  const newer = messages.filter((message) => message.seq > lastOf(run));
  const joined = [...run.messages, ...newer];
  // A server that has nothing more is believed: the number may have been of a message that never was.
  const reachesEnd = !more && (newer.length === 0 || (joined.at(-1)?.seq ?? 0) >= seq);
  return bounded({ ...run, messages: joined, reachesEnd }, 'end', most);
};

/**
 * The run with a message that has just come; one that does not follow what is there is left for the history.
 * @param keep which end somebody looks at
 */
export const withMessage = (run: Run, message: WireMessage, keep: 'start' | 'end', most: number): Run => {
  if (message.seq <= lastOf(run)) return run;
  const follows = run.reachesEnd && (run.messages.length === 0 || message.seq === lastOf(run) + 1);
  if (!follows) return { ...run, reachesEnd: false };
  return bounded({ ...run, messages: [...run.messages, message] }, keep, most);
};

/** Nothing above `to` ever was. */
export const rewound = (run: Run, to: Seq): Run => ({
  ...run,
  messages: run.messages.filter(({ seq }) => seq <= to),
});
