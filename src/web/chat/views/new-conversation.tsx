/** Begins a conversation: with one person, or a group. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ClientFault } from '#client/events';
import type { Conv, User } from '#contract/conversation';
import type { ChatController } from '#web/chat/controller';
import { namesIn, wrongNameWords } from '#web/chat/names';
import { faultWords } from '#web/chat/words';
import { Dialog } from '#web/chat/views/dialog';

interface Props {
  readonly controller: ChatController;
  readonly me: User;
  readonly onClose: () => void;
  readonly onBegun: (conv: Conv) => void;
}

export const NewConversation = ({ controller, me, onClose, onBegun }: Props): JSX.Element => {
  const [people, setPeople] = useState('');
  const [title, setTitle] = useState('');
  const [fault, setFault] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const others = namesIn(people).users.filter((user) => user !== me);
  const isGroup = others.length > 1 || title.trim() !== '';

  const begin = async (): Promise<void> => {
    const { wrong } = namesIn(people);
    if (wrong !== undefined) return setFault(wrongNameWords(wrong));
    if (others.length === 0) return setFault('Name somebody other than yourself.');
    setIsBusy(true);
    try {
      onBegun(await controller.begin(others, title.trim() === '' ? undefined : title.trim()));
    } catch (error) {
      setFault(faultWords(error as ClientFault));
      setIsBusy(false);
    }
  };

  return (
    <Dialog title="New conversation" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void begin();
        }}
      >
        <label>
          With whom?
          <input
            value={people}
            onInput={({ currentTarget }) => {
              setPeople(currentTarget.value);
              setFault('');
            }}
            autoFocus
            autoComplete="off"
            autoCapitalize="off"
            spellcheck={false}
            placeholder="bob, or several: bob, carol"
            aria-invalid={fault !== ''}
            aria-describedby="new-fault"
          />
        </label>
        <label>
          Name of the group <small>(only for a group)</small>
          <input value={title} maxLength={100} onInput={({ currentTarget }) => setTitle(currentTarget.value)} />
        </label>
        <p class="fault" id="new-fault" role="alert">
          {fault}
        </p>
        <footer>
          <button type="submit" class="main" disabled={isBusy}>
            {isGroup ? 'Begin group' : 'Begin chat'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
};
