// Long polls of the little server: a session without a connection, which lasts for one answer.
import { randomUUID } from 'node:crypto';
import type { PollFrame } from '#contract/api';
import type { Node } from '#test/conformance/fake/node';
import { Session } from '#test/conformance/fake/session';
import type { Frame, HttpAnswer } from '#test/conformance/fake/settings';
import type { Claims } from '#test/conformance/fake/tokens';
import { Refusal } from '#test/conformance/fake/world';

const eventTypes = ['opened', 'removed', 'delivered', 'read'];

const bytesOf = (frame: Frame): number => Buffer.byteLength(JSON.stringify(frame));

/** What was told, as one answer: what is too much for a page is left to the next. */
const pageOf = (told: readonly Frame[], pageBytes: number): readonly Frame[] => {
  let bytes = 0;
  const end = told.findIndex((frame, at) => (bytes += bytesOf(frame)) > pageBytes && at > 0 && frame.t === 'message');
  return end === -1 ? told : told.slice(0, end);
};

const nameless = ({ t: _, ...rest }: Frame) => rest;

const answerOf = (told: readonly Frame[], pageBytes: number): HttpAnswer => {
  const page = pageOf(told, pageBytes);
  const of = (...types: readonly string[]) => page.filter(({ t }) => types.includes(t));
  const messages = of('message').map(nameless);
  const resumed = of('resumed').map(nameless);
  return { status: 200, body: { messages, resumed, events: of(...eventTypes) } };
};

const isNews = ({ t, ...frame }: Frame): boolean =>
  t === 'message' || t === 'opened' || t === 'removed' || (t === 'resumed' && frame['recovered'] === false);

/** Answers as soon as there is news and the replay is over, or as much of it as the window lets through. */
export const answerPoll = (node: Node, claims: Claims, { device, cursors, waitMs }: PollFrame): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const { ackWindow, pageBytes } = node.settings;
    let isOver = false;
    const end = (how: () => void): void => {
      if (isOver) return;
      isOver = true;
      node.gone(session);
      how();
    };
    const answer = (): void => end(() => resolve(answerOf(session.told, pageBytes)));
    const look = (): void => {
      const isFull = session.told.filter(({ t }) => t === 'message').length >= ackWindow;
      if (isFull || (session.isReady && session.told.some(isNews))) answer();
    };
    // What is told together is answered together.
    const session: Session = new Session(
      randomUUID(),
      node,
      () => setImmediate(look),
      () => end(() => reject(new Refusal('gateway.overloaded', 1_000))),
    );
    node.hello(session, claims, { t: 'hello', token: '', device, cursors });
    node.after(
      node.world.forgets('long polls') ? 0 : Math.min(waitMs ?? node.settings.pollMs, node.settings.pollMs),
      answer,
    );
  });
