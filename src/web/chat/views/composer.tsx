/** Where a message is written. What is being written stays with its conversation while one looks at another. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conv } from '#contract/conversation';
import { hasTouchKeyboard } from '#web/chat/browser';
import type { ChatController } from '#web/chat/controller';
import { Icon } from '#web/chat/views/icons';

interface Props {
  readonly conv: Conv;
  readonly label: string;
  readonly controller: ChatController;
  /** Drafts by conversation. */
  readonly drafts: Map<Conv, string>;
}

/** As docs/protocol.md has it, in UTF-8. */
const bodyBytes = 16_384;
const utf8 = new TextEncoder();

/** A field as high as its text, up to what the style sheet allows. */
const fit = (field: HTMLTextAreaElement): void => {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
};

export const Composer = ({ conv, label, controller, drafts }: Props): JSX.Element => {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(drafts.get(conv) ?? '');
  const [fault, setFault] = useState('');

  useEffect(() => {
    if (!hasTouchKeyboard()) field.current?.focus();
  }, [conv]);
  useLayoutEffect(() => {
    if (field.current !== null) fit(field.current);
  }, [text]);

  const write = (written: string): void => {
    setText(written);
    setFault('');
    if (written === '') drafts.delete(conv);
    else drafts.set(conv, written);
  };

  const send = (): void => {
    const body = (field.current?.value ?? '').trim();
    if (body === '') return;
    const over = utf8.encode(body).length - bodyBytes;
    if (over > 0) return setFault(`The message is too long by ${over} bytes: send it in parts.`);
    controller.send(conv, body);
    write('');
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter also ends what an input method composes: then it is not ours.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || hasTouchKeyboard()) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {fault !== '' && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <textarea
        ref={field}
        rows={1}
        value={text}
        dir="auto"
        aria-label={label}
        placeholder="Write a message"
        autoComplete="off"
        onInput={({ currentTarget }) => {
          write(currentTarget.value);
          if (currentTarget.value !== '') controller.typing(conv);
        }}
        onKeyDown={onKeyDown}
      />
      <button type="submit" class="send" disabled={text.trim() === ''} aria-label="Send">
        <Icon of="send" isFilled />
      </button>
    </form>
  );
};
