/** One HTTP call as an actor: what it asks, and its one answer. */
import { describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiFrame } from '#contract/api';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import type { LimitName } from '#contract/limits';
import { requestBehaviour } from '#actors/request';
import type { ToConversation, ToSession } from '#actors/messages';
import { Admission } from '#resilience/admission';
import { probe } from '#testkit/probe';
import type { Ref } from '#runtime/types';
import { entry, heldInbox, ids, limitsWith } from '#test/actors/kit';
import { standing } from '#test/actors/session/scene';

const start = (frame: ApiFrame, changed: Partial<Record<LimitName, number>> = {}, refusal?: Fault) => {
  const limits = limitsWith(changed);
  const inbox = heldInbox();
  const told: { conv: string; message: ToConversation }[] = [];
  const answers: ApiAnswer[] = [];
  const conversations = {
    tell: (conv: string, message: ToConversation) => {
      told.push({ conv, message });
      return refusal;
    },
  };
  const admission = new Admission(limits);
  const kit = { ports: { inbox }, ids, limits, admission, conversations };
  const call = { user: 'alice', ip: '10.0.0.1', frame };
  const actor = probe(
    requestBehaviour(kit, call, (answer) => answers.push(answer)),
    {
      supervision: { kind: 'stop' },
    },
  );
  const reply = (message: ToSession): void => {
    const { asker } = told[0]?.message as { asker: { reply: Ref<ToSession> } };
    asker.reply.tell(message);
    actor.settle();
  };
  return { ...actor, inbox, told, answers, reply, kit };
};

const send: ApiFrame = { t: 'send', id: 'send-001', conv: 'c1', body: 'hello' };
const stored = { id: 'send-001', seq: 4, mid: 'mid-4', at: 9 };

describe('a request', () => {
  it('sends for the user of its token, over no device, and is answered once', () => {
    const { told, answers, reply, system } = start(send);
    expect(told).toMatchObject([
      { conv: 'c1', message: { t: 'submit', asker: { user: 'alice', device: null }, id: 'send-001', body: 'hello' } },
    ]);
    reply({ t: 'stored', conv: 'c1', answers: [{ ...stored, duplicate: false }] });
    reply({ t: 'stored', conv: 'c1', answers: [{ ...stored, duplicate: false }] });
    expect(answers).toEqual([{ frame: { t: 'stored', conv: 'c1', ...stored }, isNew: true }]);
    expect(system.size).toBe(0);
  });

  it('says when what it sent was there already', () => {
    const { answers, reply } = start(send);
    reply({ t: 'stored', conv: 'c1', answers: [{ ...stored, duplicate: true }] });
    expect(answers[0]?.isNew).toBe(false);
  });

  it('D26 says when what it sent is queued', () => {
    const { answers, reply } = start(send);
    reply({ t: 'queued', conv: 'c1', ids: ['send-001'] });
    expect(answers).toEqual([{ frame: { t: 'queued', id: 'send-001', conv: 'c1' }, isNew: false }]);
  });

  it('opens as a session does: the direct one of a pair, or a group', () => {
    const direct = start({ t: 'open', id: 'open-001', members: ['bob'] });
    expect(direct.told).toMatchObject([{ conv: 'd_alice_bob', message: { kind: 'direct' } }]);
    direct.reply({ t: 'opened', id: 'open-001', standing: standing(), created: true });
    expect(direct.answers).toMatchObject([{ frame: { t: 'opened', id: 'open-001' }, isNew: true }]);
    const nobody = start({ t: 'open', id: 'open-001', members: ['alice'] });
    expect(nobody.answers).toMatchObject([{ frame: { code: 'conversation.too_few_members', id: 'open-001' } }]);
  });

  it('a change of members without an id gets one of the server', () => {
    const { told, answers, reply } = start({ t: 'members', id: '', conv: 'c1', add: ['bob'], remove: [] });
    expect((told[0]?.message as { id: string }).id).toMatch(/^ulid-/);
    reply({ t: 'members-are', id: 'ulid', standing: standing() });
    expect(answers).toMatchObject([{ frame: { t: 'members', id: '', members: ['alice', 'bob'] } }]);
  });

  it('C10 reads pages, also from a moment on', () => {
    const { told, answers, reply } = start({ t: 'history', id: '', conv: 'c1', limit: 2, since: 77 });
    expect(told).toMatchObject([{ message: { t: 'history', since: 77, limit: 2 } }]);
    reply({ t: 'page', id: '', conv: 'c1', entries: [entry(1)], more: false, last: 1 });
    expect(answers).toMatchObject([{ frame: { t: 'history', messages: [{ seq: 1, body: 'body 1' }], more: false } }]);
  });

  it('reads the inbox from its port', () => {
    const { inbox, answers, settle } = start({ t: 'inbox', id: '', limit: 20 });
    inbox.page.take().answer({ items: [], next: { at: 5, conv: 'c1' }, source: 'embedded' });
    settle();
    expect(answers).toEqual([
      { frame: { t: 'inbox', id: '', items: [], next: '5_c1', source: 'embedded' }, isNew: false },
    ]);
  });

  it('a refusal is the error, with what it is about', () => {
    const { answers, reply } = start(send);
    reply({ t: 'refused', conv: 'c1', of: 'send', id: 'send-001', fault: fault('conversation.forbidden', 'no') });
    expect(answers[0]?.frame).toEqual({
      ...{ t: 'error', id: 'send-001', conv: 'c1', of: 'send', code: 'conversation.forbidden', message: 'no' },
      effect: 'none',
    });
  });

  it.each<[ApiFrame, string]>([
    [send, 'unknown'],
    [{ t: 'members', id: '', conv: 'c1', add: [], remove: [] }, 'none'],
    [{ t: 'members', id: '', conv: 'c1', add: ['bob'], remove: [] }, 'unknown'],
    [{ t: 'history', id: '', conv: 'c1', limit: 2 }, 'none'],
  ])('is answered within http.answerMs, and says whether its effect may have happened: %j', (frame, effect) => {
    const { answers, advance } = start(frame, { 'http.answerMs': 500 });
    advance(499);
    expect(answers).toEqual([]);
    advance(1);
    expect(answers).toMatchObject([{ frame: { code: 'store.unavailable', effect, retryAfterMs: 1_000 } }]);
  });

  it('a server that stops answers what it still held', () => {
    const { answers, system, settle } = start(send);
    system.stop();
    settle();
    expect(answers).toMatchObject([{ frame: { code: 'store.unavailable', effect: 'unknown' } }]);
  });

  it('a fault of ours is gateway.internal, effect unknown', () => {
    const { answers, reply } = start({ t: 'history', id: '', conv: 'c1', limit: 2 });
    reply({ t: 'page', id: '', conv: 'c1', entries: undefined as never, more: false, last: 1 });
    expect(answers).toMatchObject([{ frame: { code: 'gateway.internal', effect: 'unknown', of: 'history' } }]);
  });

  it('a conversation that has too much to do is gateway.overloaded', () => {
    const { answers } = start(send, {}, fault('runtime.mailbox_full', 'full'));
    expect(answers).toMatchObject([{ frame: { code: 'gateway.overloaded', effect: 'none', retryAfterMs: 1_000 } }]);
  });

  it.each<[LimitName]>([['send.user.perSecond'], ['send.ip.perSecond'], ['http.user.perSecond']])(
    'G1 %s: over it, gateway.rate_limited',
    (name) => {
      const { kit } = start(send, { [name]: 1 });
      const call = { user: 'alice', ip: '10.0.0.1', frame: send };
      const answers: ApiAnswer[] = [];
      for (let n = 0; n < 3; n += 1) probe(requestBehaviour(kit, call, (answer) => answers.push(answer)));
      expect(answers.at(-1)?.frame).toMatchObject({
        code: 'gateway.rate_limited',
        effect: 'none',
        retryAfterMs: 1_000,
      });
    },
  );
});
