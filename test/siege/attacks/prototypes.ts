/** Names that are also names of every object's own machinery: wherever they are names, they are only names. */
import type { Attack, Camp } from '#test/siege/attack';
import { outcomeOf } from '#test/siege/attack';

const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'];

/** `__proto__` does not begin as names do; the others are names like any other. */
const isName = (key: string): boolean => /^[A-Za-z0-9]/.test(key);

async function asUsersAndDevices(camp: Camp): Promise<void> {
  for (const key of keys.filter(isName)) {
    const wire = await camp.guest(key, key);
    await camp.lives(wire, 'a user and a device of this name');
    wire.line.cut();
  }
  const wire = await camp.wire();
  wire.raw('{"t":"hello","token":"x","device":"__proto__"}');
  camp.expect('a device __proto__', outcomeOf(await camp.answer(wire, 'error')), 'gateway.bad_frame');
  wire.line.cut();
}

async function asMembers(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  for (const key of keys) {
    const wanted = isName(key) ? 'opened' : 'gateway.bad_frame';
    const frame = { t: 'open', id: `open-${key}`, members: [key, 'somebody'], title: key };
    camp.expect('a member of this name', await camp.ask(wire, frame), wanted);
  }
  wire.line.cut();
}

/** Ids of at least eight characters are ids: each is a message of its own, and comes back as it was. */
async function asIds(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  wire.say({ t: 'open', id: 'open-0001', members: ['somebody'], title: '__proto__' });
  const opened = await camp.answer(wire, 'opened');
  const conv = String(opened?.['conv']);
  const ids = keys.filter((key) => key.length >= 8);
  for (const id of ids)
    wire.raw(`{"t":"send","id":"${id}","conv":"${conv}","body":"${id}","meta":{"__proto__":{"a":1}}}`);
  const seqs: unknown[] = [];
  for (const id of ids) seqs.push((await camp.answer(wire, 'stored', id))?.['seq']);
  camp.expect('ids of this kind', seqs.join(), ids.map((_, index) => index + 1).join());
  wire.say({ t: 'history', id: 'history-1', conv });
  const page = await camp.answer(wire, 'history', 'history-1');
  const messages = (page?.['messages'] ?? []) as readonly { id: string; body: string; meta?: object }[];
  const back = messages.map(({ id, body, meta }) => `${id} ${body} ${JSON.stringify(meta)}`);
  camp.expect('their history', back.join(), ids.map((id) => `${id} ${id} {"__proto__":{"a":1}}`).join());
  wire.line.cut();
}

async function asConversations(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  for (const conv of keys) {
    const send = { t: 'send', id: 'send-0001', conv, body: 'x' };
    camp.expect('a conversation of this name', await camp.ask(wire, send), 'conversation.forbidden');
    const history = { t: 'history', id: 'history-1', conv };
    camp.expect('its history', await camp.ask(wire, history), 'conversation.forbidden');
    wire.say({ t: 'typing', conv });
    wire.say({ t: 'ack', conv, seq: 1 });
  }
  await camp.lives(wire, 'conversations of this name');
  wire.line.cut();
}

async function asCursors(camp: Camp): Promise<void> {
  const wire = await camp.wire();
  const cursors = keys.map((key) => `"${key}":3`).join();
  const token = JSON.stringify(camp.token());
  wire.raw(`{"t":"hello","token":${token},"device":"d1","cursors":{${cursors}}}`);
  for (const conv of keys) {
    const removed = await wire.next((frame) => frame['conv'] === conv, camp.target.patienceMs);
    camp.expect('a cursor of this name', outcomeOf(removed), 'removed');
  }
  camp.expect('and then', outcomeOf(await camp.answer(wire, 'ready')), 'ready');
  wire.line.cut();
}

/** Whoever comes afterwards sees no trace of it: frames have the fields that they should have, and no more. */
async function nothingPolluted(camp: Camp): Promise<void> {
  const wire = await camp.wire();
  wire.say({ t: 'hello', token: camp.token(), device: 'd1' });
  const welcome = await camp.answer(wire, 'welcome');
  const fields = ['ackWindow', 'device', 'exp', 'heartbeatMs', 'node', 'resumed', 'session', 't', 'user'];
  camp.expect(
    'the next welcome has',
    Object.keys(welcome ?? {})
      .sort()
      .join(),
    fields.join(),
  );
  wire.line.cut();
}

export const prototypes: readonly Attack[] = [
  {
    name: 'prototype keys',
    answer: 'names like any other, or refused as names; nothing polluted',
    memoryMiB: 64,
    strike: (camp) =>
      camp.again(1, 10, async () => {
        for (const attempt of [asUsersAndDevices, asMembers, asIds, asConversations, asCursors]) await attempt(camp);
        await nothingPolluted(camp);
      }),
  },
];
