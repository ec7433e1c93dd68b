/** Who is it? A token says so; who has been here before need not paste it again. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Account } from '#web/chat/token';
import { accountOf } from '#web/chat/token';
import { now } from '#web/chat/browser';
import { Avatar } from '#web/chat/views/icons';

interface Props {
  readonly accounts: readonly Account[];
  /** Why somebody is asked again. */
  readonly reason: string;
  readonly onEnter: (account: Account) => void;
}

export const SignIn = ({ accounts, reason, onEnter }: Props): JSX.Element => {
  const [text, setText] = useState('');
  const [fault, setFault] = useState('');

  const enter = (): void => {
    const account = accountOf(text);
    if (account === undefined) setFault('This is no token. Paste the whole of what `hogmanay token` has printed.');
    else if (account.exp <= now()) setFault('This token has expired. Make a new one.');
    else onEnter(account);
  };

  return (
    <main class="sign-in">
      <div class="card">
        <h1>Hogmanay</h1>
        {reason !== '' && <p role="status">{reason}</p>}
        {accounts.length > 0 && (
          <ul class="accounts" aria-label="Signed in here">
            {accounts.map((account) => (
              <li key={account.user}>
                <button type="button" onClick={() => onEnter(account)}>
                  <Avatar name={account.user} /> Continue as {account.user}
                </button>
              </li>
            ))}
          </ul>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            enter();
          }}
        >
          <label>
            Token
            <input
              value={text}
              onInput={({ currentTarget }) => {
                setText(currentTarget.value);
                setFault('');
              }}
              autoFocus
              autoComplete="off"
              spellcheck={false}
              aria-invalid={fault !== ''}
              aria-describedby="token-help token-fault"
            />
          </label>
          <p class="fault" id="token-fault" role="alert">
            {fault}
          </p>
          <button type="submit" class="main">
            Sign in
          </button>
          <p class="help" id="token-help">
            <code>npx hogmanay token alice</code> prints one, and <code>npm start</code> prints links that sign in.
          </p>
        </form>
      </div>
    </main>
  );
};
