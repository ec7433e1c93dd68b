/** Drawings of the page. Beside words they say nothing of their own; ticks say how far a message has got. */
import type { JSX } from 'preact';
import type { MessageState } from '#client/events';
import { tickWords } from '#web/chat/ticks';

const paths = {
  send: 'M3.4 20.4 21 12 3.4 3.6 3.4 10.1 15 12 3.4 13.9Z',
  write: 'M4 20h4L19 9l-4-4L4 16v4Zm12.5-16.5 4 4',
  back: 'M15 5l-7 7 7 7',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 9c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6' +
    'M16 4.5a3.5 3.5 0 0 1 0 6.5m2 3.5c2.2.8 3.5 2.8 3.5 5.5',
  down: 'M6 9l6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
  leave: 'M14 4H5v16h9M10 12h11m-4-4 4 4-4 4',
} as const;

export const Icon = ({ of, isFilled = false }: { of: keyof typeof paths; isFilled?: boolean }): JSX.Element => (
  <svg class={isFilled ? 'icon filled' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={paths[of]} />
  </svg>
);

const one = 'M2 6.5 5.5 10 13 2.5';
const two = 'M1 6.5 4.5 10 12 2.5M8 9.6 8.5 10 16 2.5';
const clock = 'M8 1.5a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6ZM8 3.8v2.7l1.8 1.1';
const ticks: Readonly<Record<MessageState, string>> = {
  sending: clock,
  queued: clock,
  stored: one,
  delivered: two,
  read: two,
  failed: 'M8 1.5a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6ZM8 3.6v3.2M8 8.5v.4',
};

export const Tick = ({ state }: { state: MessageState }): JSX.Element => (
  <svg class={`tick ${state}`} viewBox="0 0 17 12.5" role="img" aria-label={tickWords[state]}>
    <path d={ticks[state]} />
  </svg>
);

/** As many colours as the style sheet has. */
const hues = 8;

const hueOf = (name: string): number => {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9_973;
  return sum % hues;
};

export const hueClass = (name: string): string => `hue-${hueOf(name)}`;

interface AvatarProps {
  readonly name: string;
  readonly isOnline?: boolean;
  readonly isGroup?: boolean;
}

export const Avatar = ({ name, isOnline = false, isGroup = false }: AvatarProps): JSX.Element => (
  <span class={`avatar ${hueClass(name)}${isOnline ? ' online' : ''}`} aria-hidden="true">
    {isGroup ? <Icon of="people" /> : ([...name][0] ?? '?').toUpperCase()}
  </span>
);
