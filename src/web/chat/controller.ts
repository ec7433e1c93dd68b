/**
 * Between the client and the model: what the client tells becomes part of the model, and what a person does is asked of
 * the client. It is handed time, so that a test may be the clock.
 */
import type { Chat } from '#client/chat';
import type { ClientEvents } from '#client/events';
import type { Conv, Millis, Seq, User } from '#contract/conversation';
import { follower } from '#web/chat/follower';
import type { PageLimits } from '#web/chat/limits';
import { withoutOldest } from '#web/chat/loading';
import { change } from '#web/chat/model';
import type { Model, Pending, View } from '#web/chat/model';
import type { Store } from '#web/chat/store';
import * as update from '#web/chat/update';
import { faultWords } from '#web/chat/words';

/** As much of the client as is used here. */
export type ChatPort = Pick<
  Chat,
  | 'state'
  | 'on'
  | 'newId'
  | 'waiting'
  | 'send'
  | 'open'
  | 'history'
  | 'inbox'
  | 'members'
  | 'read'
  | 'typing'
  | 'watch'
  | 'setOnline'
  | 'stop'
>;

export interface ControllerOptions {
  readonly chat: ChatPort;
  readonly store: Store;
  readonly limits: PageLimits;
  /** Unix milliseconds. */
  readonly now: () => Millis;
  /** Answers how to call it off. */
  readonly after: (ms: number, ring: () => void) => () => void;
}

export class ChatController {
  readonly #options: ControllerOptions;
  /** Timers by what they are for: one each. */
  readonly #timers = new Map<string, () => void>();
  readonly #stops: (() => void)[];
  /** Looked at last, first. */
  #recent: Conv[] = [];
  #isListing = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { chat, store, limits } = options;
    const into = <K extends keyof ClientEvents>(name: K, heard: (event: ClientEvents[K]) => void): (() => void) =>
      chat.on(name, heard);
    this.#stops = [
      into('connection', (event) => this.#connection(event)),
      into('ready', () => this.#ready()),
      into('message', (message) => this.#message(message)),
      into('state', (event) => this.#state(event)),
      into('receipt', (event) => store.change((model) => update.withReceipt(model, event))),
      into('opened', (event) => store.change((model) => update.withOpened(model, event, options.now()))),
      into('removed', ({ conv }) => store.change((model) => update.withRemoved(model, conv))),
      into('rewound', ({ conv, to }) => store.change((model) => update.withRewound(model, conv, to))),
      into('gap', ({ conv, to }) => store.change((model) => update.withGap(model, conv, to))),
      into('typing', (event) => this.#typing(event)),
      into('presence', (event) => store.change((model) => update.withPresence(model, event))),
      store.listen(follower({ ...options, failed: (fault) => this.tell(faultWords(fault)) })),
    ];
    this.#connection({ state: chat.state });
    this.#set('away', limits['banner.afterMs'], () => this.#away());
  }

  /** Ends the connection; what waits stays on this device. */
  stop(): void {
    this.#options.chat.stop();
    for (const end of [...this.#stops, ...this.#timers.values()]) end();
    this.#timers.clear();
  }

  /** Looks at a conversation, or at none. */
  open(conv: Conv | undefined): void {
    const { store, limits } = this.#options;
    if (conv !== undefined) this.#recent = [conv, ...this.#recent.filter((other) => other !== conv)];
    store.change((model) => withoutOldest(update.withOpen(model, conv), this.#recent, limits['history.conversations']));
    this.#recent = this.#recent.slice(0, limits['history.conversations']);
    const opened = conv === undefined ? undefined : store.model.conversations.get(conv);
    if (opened !== undefined && !opened.areAllKnown) void this.members(opened.conv).catch(() => undefined);
    if (conv !== undefined && opened === undefined) this.#list();
  }

  send(conv: Conv, body: string): void {
    const { chat, store, now } = this.#options;
    const id = chat.newId();
    const pending: Pending = { id, body, at: now(), state: 'sending' };
    store.change((model) => this.#atEnd(update.withPending(model, conv, pending), conv));
    chat.send(conv, body, undefined, id);
  }

  /** What has failed is sent once more, under the same id. */
  retry(conv: Conv, { id, body }: Pending): void {
    const { chat, store } = this.#options;
    store.change((model) => update.withState(model, { id, conv, state: 'sending' }));
    chat.send(conv, body, undefined, id);
  }

  discard(conv: Conv, id: string): void {
    this.#options.store.change((model) => update.withoutPending(model, conv, id));
  }

  /** Tells the others, now and then. */
  typing(conv: Conv): void {
    const { chat, limits } = this.#options;
    if (this.#timers.has('say typing')) return;
    chat.typing(conv);
    this.#set('say typing', limits['typing.sayMs'], () => undefined);
  }

  /** What was seen is read, as long as somebody looks. */
  seen(conv: Conv, seq: Seq): void {
    const { chat, store } = this.#options;
    const { isLooking, conversations } = store.model;
    if (!isLooking || seq <= (conversations.get(conv)?.readSeq ?? Infinity)) return;
    chat.read(conv, seq);
    store.change((model) => update.withRead(model, conv, seq));
  }

  /** Other messages are to be in the document. */
  view(conv: Conv, view: View): void {
    this.#options.store.change((model) => change(model, conv, (before) => ({ ...before, view, isStuck: false })));
  }

  toNewest(conv: Conv): void {
    this.#options.store.change((model) => this.#atEnd(model, conv));
  }

  look(isLooking: boolean): void {
    const { chat, store } = this.#options;
    store.change((model) => (model.isLooking === isLooking ? model : { ...model, isLooking }));
    // Timers of a page that nobody sees are slow: whoever comes back does not wait for them.
    if (isLooking && chat.state === 'reconnecting') this.tryNow();
  }

  tryNow(): void {
    this.#options.chat.setOnline(false);
    this.#options.chat.setOnline(true);
  }

  /** Answers the new conversation; fails with a ChatError. */
  async begin(members: readonly User[], title: string | undefined): Promise<Conv> {
    return (await this.#options.chat.open(members, title)).conv;
  }

  /** Who is in, after this change; fails with a ChatError. */
  async members(conv: Conv, changes: { readonly add?: User[]; readonly remove?: User[] } = {}): Promise<void> {
    const answer = await this.#options.chat.members(conv, changes);
    this.#options.store.change((model) => update.withMembers(model, answer));
  }

  /** More of the list of conversations. */
  listMore(): void {
    if (this.#options.store.model.nextPage !== undefined) this.#list(this.#options.store.model.nextPage);
  }

  tell(text: string): void {
    const { store, limits } = this.#options;
    store.change((model) => update.withNotice(model, text));
    this.#set('notice', limits['notice.forMs'], () => this.quiet());
  }

  quiet(): void {
    this.#options.store.change((model) => ({ ...model, notice: undefined }));
  }

  #set(name: string, ms: number, ring: () => void): void {
    this.#timers.get(name)?.();
    const end = this.#options.after(ms, () => {
      this.#timers.delete(name);
      ring();
    });
    this.#timers.set(name, end);
  }

  #atEnd(model: Model, conv: Conv): Model {
    return change(model, conv, (before) => {
      const run = before.run?.reachesEnd === false ? undefined : before.run;
      return { ...before, view: 'end', run, isStuck: false };
    });
  }

  #connection({ state, code }: ClientEvents['connection']): void {
    const { store, limits } = this.#options;
    const isFine = state === 'connected' || state === 'polling';
    store.change((model) => ({
      ...model,
      connection: state,
      ...(code === undefined ? {} : { closeCode: code }),
      ...(isFine ? { isAway: false } : {}),
    }));
    this.#showWaiting();
    if (!isFine && !this.#timers.has('away')) this.#set('away', limits['banner.afterMs'], () => this.#away());
  }

  #away(): void {
    this.#options.store.change((model) => {
      const isFine = model.connection === 'connected' || model.connection === 'polling';
      return isFine || model.isAway ? model : { ...model, isAway: true };
    });
  }

  /** What an earlier run of this page, or a tab that was closed, has left unsent. */
  #showWaiting(): void {
    const { chat, store, now } = this.#options;
    for (const { id, conv, body } of chat.waiting())
      store.change((model) => update.withPending(model, conv, { id, body, at: now(), state: 'sending' }));
  }

  #ready(): void {
    const { store } = this.#options;
    store.change((model) => {
      let next = model;
      for (const conv of model.conversations.keys())
        next = change(next, conv, (before) => (before.isStuck ? { ...before, isStuck: false } : before));
      return next;
    });
    this.#list();
  }

  /** Asks for the list, and goes on while the conversation that is to be looked at is not in it. */
  #list(page?: string): void {
    if (this.#isListing) return;
    this.#isListing = true;
    const { chat, store, limits } = this.#options;
    chat.inbox(limits['inbox.page'], page).then(
      ({ items, next }) => {
        this.#isListing = false;
        const isFirst = page === undefined && store.model.isLoaded;
        // The first page again, after a reconnect: where the list goes on is known already.
        store.change((model) => update.withInbox(model, items, isFirst ? model.nextPage : next));
        this.#listed(next);
      },
      () => (this.#isListing = false),
    );
  }

  #listed(next: string | undefined): void {
    const { store } = this.#options;
    this.#showWaiting();
    const { open, conversations } = store.model;
    if (open === undefined || this.#recent[0] === undefined) return;
    if (!conversations.has(open) && next !== undefined) return this.#list(next);
    if (conversations.get(open)?.run !== undefined) return;
    // It was to be looked at before it was known: what is new in it is known now.
    store.change((model) => update.withOpen({ ...model, open: undefined }, open));
    this.open(open);
  }

  #message(message: ClientEvents['message']): void {
    const { store, limits } = this.#options;
    this.#timers.get(`typing ${message.conv} ${message.from}`)?.();
    store.change((model) => update.withMessage(model, message, limits));
    if (!store.model.conversations.has(message.conv)) this.#list();
  }

  #state(event: ClientEvents['state']): void {
    const { store } = this.#options;
    const isKnown = (store.model.conversations.get(event.conv)?.pending ?? []).some(({ id }) => id === event.id);
    if (!isKnown) this.#showWaiting();
    store.change((model) => update.withState(model, event));
  }

  #typing({ conv, user }: ClientEvents['typing']): void {
    const { store, limits } = this.#options;
    store.change((model) => update.withTyping(model, conv, user, true));
    this.#set(`typing ${conv} ${user}`, limits['typing.showMs'], () =>
      store.change((model) => update.withTyping(model, conv, user, false)),
    );
  }
}
