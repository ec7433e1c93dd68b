/** The page as a whole: somebody signs in, chats, and signs out. */
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { connectTab } from '#client/browser';
import { Accounts } from '#web/chat/accounts';
import { after, goTo, hash, now, onHash, origin, own, shared, soon } from '#web/chat/browser';
import { ChatController } from '#web/chat/controller';
import { pageLimits } from '#web/chat/limits';
import { emptyModel, waitingIn } from '#web/chat/model';
import { Store } from '#web/chat/store';
import { accountOf, hashOf, tokenIn } from '#web/chat/token';
import type { Account } from '#web/chat/token';
import { App } from '#web/chat/views/app';
import { SignIn } from '#web/chat/views/sign-in';

const accounts = new Accounts(shared, own);
const limits = pageLimits();

/** Close codes of docs/protocol.md. */
const [unauthenticated, replaced] = [4101, 4103];

interface Session {
  readonly account: Account;
  readonly controller: ChatController;
  readonly store: Store;
}

/** A link that signs in leaves no token in the address, nor in the history. */
const fromLink = (): { readonly account?: Account; readonly reason: string } => {
  const token = tokenIn(hash());
  if (token === undefined) return { reason: '' };
  goTo(hashOf(undefined), false);
  const account = accountOf(token);
  if (account === undefined) return { reason: 'The link has no token that can be read.' };
  return account.exp > now() ? { account, reason: '' } : { reason: 'The link has expired. Ask for a new one.' };
};

const begin = async (account: Account): Promise<Session> => {
  const { user, token } = account;
  const chat = await connectTab({ url: origin(), token, user });
  const store = new Store(emptyModel(user), soon);
  return { account, store, controller: new ChatController({ chat, store, limits, now, after }) };
};

/** Connects as that account for as long as it is it. */
const useSession = (account: Account | undefined, onEnd: (code: number | undefined) => void): Session | undefined => {
  const [session, setSession] = useState<Session | undefined>(undefined);
  useEffect(() => {
    if (account === undefined) return undefined;
    let isOver = false;
    let end = (): void => undefined;
    void begin(account).then((begun) => {
      if (isOver) return begun.controller.stop();
      const { store, controller } = begun;
      const quiet = store.listen(() => store.model.connection === 'closed' && onEnd(store.model.closeCode));
      end = () => {
        quiet();
        controller.stop();
      };
      setSession(begun);
    });
    return () => {
      isOver = true;
      end();
      setSession(undefined);
    };
  }, [account]);
  return session?.account === account ? session : undefined;
};

export const Page = (): JSX.Element => {
  const [first] = useState(fromLink);
  const [account, setAccount] = useState(first.account ?? accounts.current(now()));
  const [reason, setReason] = useState(first.reason);

  const enter = useCallback((next: Account): void => {
    accounts.enter(next);
    setReason('');
    setAccount({ ...next });
  }, []);
  useEffect(() => {
    if (account !== undefined) accounts.enter(account);
    // A link that signs in, opened in a tab where somebody is.
    return onHash(() => {
      const { account: other, reason: why } = fromLink();
      if (other !== undefined) enter(other);
      else if (why !== '') setReason(why);
    });
  }, [account]);

  const session = useSession(account, (code) => {
    if (code === unauthenticated && account !== undefined) accounts.leave(account.user);
    if (code === unauthenticated) setReason('Your sign-in has ended. Sign in again: what you wrote is kept.');
    else if (code === replaced) setReason('This chat was opened elsewhere, in a copy of this tab perhaps.');
    else setReason(`The server has ended the connection${code === undefined ? '' : ` (${code})`}.`);
    setAccount(undefined);
  });

  const signOut = (): void => {
    if (account !== undefined) accounts.leave(account.user);
    const waiting = session === undefined ? 0 : waitingIn(session.store.model);
    setReason(waiting > 0 ? 'What was not sent is kept on this device, for the next time you sign in.' : '');
    setAccount(undefined);
    goTo(hashOf(undefined), false);
  };

  if (account === undefined) return <SignIn accounts={accounts.list(now())} reason={reason} onEnter={enter} />;
  if (session === undefined) return <p class="hint starting">Connecting …</p>;
  return <App key={account.token} {...session} limits={limits} onSignOut={signOut} />;
};
