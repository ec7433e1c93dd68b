// Between client and model: a client that says what the test says, and a clock that the test turns.
import { beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '#client/events';
import type { ClientEvents } from '#client/events';
import type { LifeState } from '#client/life';
import type { OutboxEntry } from '#client/ports';
import type { FrameOf } from '#contract/frames';
import { VirtualClock } from '#runtime/virtual-clock';
import { ChatController } from '#web/chat/controller';
import type { ChatPort } from '#web/chat/controller';
import { emptyModel } from '#web/chat/model';
import type { Model } from '#web/chat/model';
import { Store } from '#web/chat/store';
import { limits, message, messages, only } from '#test/web/chat/kit';

type Inbox = Omit<FrameOf<'inbox'>, 't' | 'id'>;
type History = Pick<FrameOf<'history'>, 'messages' | 'more'>;

const entry = { kind: 'direct', members: ['bob'], since: 1, at: 5, preview: 'x', unread: 0 } as const;

/** A client in the hands of the test: it notes what it is asked, and answers what it was told to. */
class FakeChat {
  readonly emitter = new Emitter();
  readonly asked: string[] = [];
  state: LifeState = 'connecting';
  left: OutboxEntry[] = [];
  inboxes: Inbox[] = [];
  histories: (History | Error)[] = [];
  #ids = 0;

  readonly port: ChatPort = {
    state: 'connecting',
    on: (name, listener) => this.emitter.on(name, listener),
    newId: () => `new-${(this.#ids += 1)}`,
    waiting: () => this.left,
    send: (conv, body, _meta, id = '') => {
      this.asked.push(`send ${conv} ${body} ${id}`);
      return { id, stored: new Promise(() => undefined) };
    },
    open: () => Promise.reject(new Error('not asked')),
    history: (conv, bounds) => {
      this.asked.push(`history ${conv} ${JSON.stringify(bounds)}`);
      const next = this.histories.shift() ?? { messages: [], more: false };
      return next instanceof Error ? Promise.reject(next) : Promise.resolve({ t: 'history', id: '', conv, ...next });
    },
    inbox: (limit, page) => {
      this.asked.push(`inbox ${limit} ${page ?? ''}`.trim());
      const next = this.inboxes.shift() ?? { items: [], source: 'embedded' };
      return Promise.resolve({ t: 'inbox', id: '', ...next });
    },
    members: (conv) => Promise.resolve({ t: 'members', id: '', conv, members: ['alice', 'bob'], since: 1, seq: 0 }),
    read: (conv, seq) => void this.asked.push(`read ${conv} ${seq}`),
    typing: (conv) => void this.asked.push(`typing ${conv}`),
    watch: (users) => void this.asked.push(`watch ${users.join()}`),
    setOnline: (isOnline) => void this.asked.push(`online ${isOnline}`),
    stop: () => void this.asked.push('stop'),
  };

  tell<K extends keyof ClientEvents>(name: K, event: ClientEvents[K]): void {
    this.emitter.emit(name, event);
  }
}

let chat: FakeChat;
let clock: VirtualClock;
let store: Store;
let controller: ChatController;

const model = (): Model => store.model;
const count = (what: string): number => chat.asked.filter((asked) => asked.startsWith(what)).length;
/** What was promised comes, and what follows from it is asked. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 6; n += 1) {
    await new Promise(setImmediate);
    clock.advance(1);
  }
};
const inbox = (convs: string[], next?: string): Inbox => ({
  items: convs.map((conv) => ({ ...entry, conv, seq: 3 })),
  source: 'embedded',
  ...(next === undefined ? {} : { next }),
});

beforeEach(() => {
  chat = new FakeChat();
  clock = new VirtualClock(1_000_000);
  const after = (ms: number, ring: () => void) => {
    const timer = clock.schedule(ms, ring);
    return () => timer.cancel();
  };
  store = new Store(emptyModel('alice'), (tell) => void clock.schedule(0, tell));
  controller = new ChatController({ chat: chat.port, store, limits, now: () => clock.now(), after });
});

const enter = async (...convs: string[]): Promise<void> => {
  chat.inboxes.push(inbox(convs));
  chat.tell('connection', { state: 'connected' });
  chat.tell('ready', { user: 'alice' });
  await settle();
};

describe('the connection', () => {
  it("is told to be away after 'banner.afterMs', not for what is over sooner", () => {
    clock.advance(limits['banner.afterMs'] - 1);
    expect(model().isAway).toBe(false);
    clock.advance(1);
    expect(model().isAway).toBe(true);
    chat.tell('connection', { state: 'connected' });
    expect(model().isAway).toBe(false);
    chat.tell('connection', { state: 'reconnecting' });
    clock.advance(limits['banner.afterMs'] - 1);
    chat.tell('connection', { state: 'connected' });
    clock.advance(limits['banner.afterMs']);
    expect(model().isAway).toBe(false);
  });

  it('that is polling is one', () => {
    chat.tell('connection', { state: 'polling' });
    clock.advance(limits['banner.afterMs']);
    expect(model().isAway).toBe(false);
  });

  it('that is over says why, and a person may ask for another try', () => {
    chat.tell('connection', { state: 'closed', code: 4103 });
    expect(model()).toMatchObject({ connection: 'closed', closeCode: 4103 });
    controller.tryNow();
    expect(chat.asked).toEqual(['online false', 'online true']);
    controller.stop();
    expect(chat.asked.at(-1)).toBe('stop');
  });
});

describe('the list', () => {
  it("is asked for by 'inbox.page' once connected, its next page when it is scrolled to", async () => {
    chat.inboxes.push(inbox(['a'], 'page-2'), inbox(['b']));
    chat.tell('ready', { user: 'alice' });
    await settle();
    controller.listMore();
    controller.listMore();
    await settle();
    expect(chat.asked.filter((asked) => asked.startsWith('inbox'))).toEqual([
      `inbox ${limits['inbox.page']}`,
      `inbox ${limits['inbox.page']} page-2`,
    ]);
    expect([...model().conversations.keys()]).toEqual(['a', 'b']);
    controller.listMore();
    expect(count('inbox')).toBe(2);
  });

  it('is asked for again when something comes of a conversation that is not in it', async () => {
    await enter('c');
    chat.inboxes.push(inbox(['new']));
    chat.tell('message', message(1, { conv: 'new' }));
    await settle();
    expect(only(model(), 'new').seq).toBe(3);
  });

  it('is gone through for a conversation that is to be looked at and is not on its first page', async () => {
    controller.open('far');
    chat.inboxes.push(inbox(['a'], 'page-2'), inbox(['b'], 'page-3'), inbox(['far']));
    chat.histories.push({ messages: messages(1, 3), more: false });
    await settle();
    expect(only(model(), 'far').run?.messages).toHaveLength(3);
  });
});

describe('a conversation', () => {
  it('that is looked at is loaded, then what is near its beginning', async () => {
    await enter('c');
    chat.histories.push({ messages: messages(151, 250), more: true }, { messages: messages(51, 150), more: true });
    controller.open('c');
    await settle();
    expect(chat.asked.filter((asked) => asked.startsWith('history'))).toEqual([
      'history c {}',
      'history c {"before":151}',
    ]);
    expect(only(model()).run?.messages).toHaveLength(200);
  });

  it('that cannot be had says so once, and is asked for again when the connection is back', async () => {
    await enter('c');
    chat.histories.push(Object.assign(new Error('busy'), { code: 'store.unavailable' }));
    controller.open('c');
    await settle();
    expect(model().notice?.text).toContain('cannot store');
    expect(count('history')).toBe(1);
    clock.advance(limits['notice.forMs']);
    expect(model().notice).toBeUndefined();
    chat.histories.push({ messages: messages(1, 3), more: false });
    await enter('c');
    expect(count('history')).toBe(2);
  });

  it('is read as far as it was seen, once, while somebody looks', async () => {
    await enter('c');
    chat.tell('message', message(4));
    controller.look(false);
    controller.seen('c', 4);
    controller.look(true);
    controller.seen('c', 4);
    controller.seen('c', 4);
    controller.seen('unknown', 4);
    expect(chat.asked.filter((asked) => asked.startsWith('read'))).toEqual(['read c 4']);
  });
});

describe('a message of one’s own', () => {
  it('stands there at once, turns as the client tells, and is sent again under its id when it failed', async () => {
    await enter('c');
    controller.send('c', 'hello');
    expect(only(model()).pending).toMatchObject([{ id: 'new-1', body: 'hello', state: 'sending' }]);
    const fault = { code: 'gateway.rate_limited', message: 'no', effect: 'none' } as const;
    chat.tell('state', { id: 'new-1', conv: 'c', state: 'failed', fault });
    const [failed] = only(model()).pending;
    if (failed === undefined) throw new Error('nothing waits');
    controller.retry('c', failed);
    expect(chat.asked.filter((asked) => asked.startsWith('send'))).toEqual([
      'send c hello new-1',
      'send c hello new-1',
    ]);
    controller.discard('c', 'new-1');
    expect(only(model()).pending).toEqual([]);
  });

  it('that an earlier run or another tab has left is shown, before and after the list is there', async () => {
    chat.left = [{ id: 'old', conv: 'c', body: 'left', n: 1 }];
    await enter('c');
    expect(only(model()).pending).toMatchObject([{ id: 'old', body: 'left' }]);
    chat.left.push({ id: 'tab', conv: 'c', body: 'of a tab', n: 2 });
    chat.tell('state', { id: 'tab', conv: 'c', state: 'queued' });
    expect(only(model()).pending[1]).toMatchObject({ id: 'tab', state: 'queued' });
  });
});

describe('typing', () => {
  it("is told once in 'typing.sayMs'", () => {
    for (let ms = 0; ms < 2 * limits['typing.sayMs']; ms += 100) {
      controller.typing('c');
      clock.advance(100);
    }
    expect(count('typing')).toBe(2);
  });

  it("of others is shown for 'typing.showMs' after it was heard last, and ends with a message", async () => {
    await enter('c');
    const typing = (): string[] => [...only(model()).typing];
    chat.tell('typing', { conv: 'c', user: 'bob' });
    clock.advance(limits['typing.showMs'] - 1);
    chat.tell('typing', { conv: 'c', user: 'bob' });
    clock.advance(limits['typing.showMs'] - 1);
    expect(typing()).toEqual(['bob']);
    clock.advance(1);
    expect(typing()).toEqual([]);
    chat.tell('typing', { conv: 'c', user: 'bob' });
    chat.tell('message', message(4));
    expect(typing()).toEqual([]);
  });
});

it('whoever is to be seen is watched, and asked for again only when that changes', async () => {
  await enter('c');
  expect(chat.asked.filter((asked) => asked.startsWith('watch'))).toEqual(['watch bob']);
  chat.tell('presence', { user: 'bob', state: 'online', lastSeenAt: null });
  await settle();
  expect(count('watch')).toBe(1);
  expect(model().presence.get('bob')?.state).toBe('online');
});
