/** Who is in a group: people come, go, and leave. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ClientFault } from '#client/events';
import type { User } from '#contract/conversation';
import type { ChatController } from '#web/chat/controller';
import type { Conversation, Model } from '#web/chat/model';
import { namesIn, wrongNameWords } from '#web/chat/names';
import { faultWords, presenceWords, titleOf } from '#web/chat/words';
import { Dialog } from '#web/chat/views/dialog';
import { Avatar, Icon } from '#web/chat/views/icons';

interface Props {
  readonly conversation: Conversation;
  readonly model: Model;
  readonly now: number;
  readonly controller: ChatController;
  readonly onClose: () => void;
}

interface MemberProps extends Pick<Props, 'model' | 'now'> {
  readonly user: User;
  readonly onRemove: (() => void) | undefined;
}

const Member = ({ user, model, now, onRemove }: MemberProps): JSX.Element => {
  const presence = model.presence.get(user);
  return (
    <li>
      <Avatar name={user} isOnline={presence?.state === 'online'} />
      <span class="who">
        <span>{user === model.me ? `${user} (you)` : user}</span>
        <small>{presenceWords(presence, now)}</small>
      </span>
      {onRemove !== undefined && (
        <button type="button" class="plain" onClick={onRemove} aria-label={`Remove ${user}`}>
          Remove
        </button>
      )}
    </li>
  );
};

/** Asks, and keeps what went wrong. */
const useChanges = ({ conversation, controller }: Props) => {
  const [fault, setFault] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const ask = async (changes: { readonly add?: User[]; readonly remove?: User[] }): Promise<boolean> => {
    setIsBusy(true);
    setFault('');
    try {
      await controller.members(conversation.conv, changes);
      return true;
    } catch (error) {
      setFault(faultWords(error as ClientFault));
      return false;
    } finally {
      setIsBusy(false);
    }
  };
  return { fault, setFault, isBusy, ask };
};

export const Members = (props: Props): JSX.Element => {
  const { conversation, model, now, onClose } = props;
  const { fault, setFault, isBusy, ask } = useChanges(props);
  const [people, setPeople] = useState('');
  useEffect(() => void ask({}), []);

  const add = async (): Promise<void> => {
    const { users, wrong } = namesIn(people);
    if (wrong !== undefined) return setFault(wrongNameWords(wrong));
    if (users.length > 0 && (await ask({ add: [...users] }))) setPeople('');
  };

  return (
    <Dialog title={titleOf(conversation)} onClose={onClose}>
      <ul class="members" aria-label="Members">
        {[model.me, ...conversation.others].map((user) => (
          <Member
            key={user}
            {...{ user, model, now }}
            onRemove={user !== model.me ? () => void ask({ remove: [user] }) : undefined}
          />
        ))}
      </ul>
      <form
        class="add"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <label>
          Add people
          <input
            value={people}
            onInput={({ currentTarget }) => setPeople(currentTarget.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellcheck={false}
            placeholder="dave, erin"
            aria-describedby="members-fault"
          />
        </label>
        <button type="submit" disabled={isBusy || people.trim() === ''}>
          Add
        </button>
      </form>
      <p class="fault" id="members-fault" role="alert">
        {fault}
      </p>
      <footer>
        <button type="button" class="danger" disabled={isBusy} onClick={() => void ask({ remove: [model.me] })}>
          <Icon of="leave" /> Leave the group
        </button>
      </footer>
    </Dialog>
  );
};
