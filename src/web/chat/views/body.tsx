/** What somebody wrote, as text; links can be followed. Nothing in it is ever taken as HTML. */
import type { JSX } from 'preact';
import { piecesOf } from '#web/chat/links';

export const Body = ({ text }: { text: string }): JSX.Element => (
  <p class="body" dir="auto">
    {piecesOf(text).map((piece) =>
      typeof piece === 'string' ? (
        piece
      ) : (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {piece.text}
        </a>
      ),
    )}
  </p>
);
