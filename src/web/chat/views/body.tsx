/** What somebody wrote, as text; links can be followed. Nothing in it is ever taken as HTML. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pageLimits } from '#web/chat/limits';
import { piecesOf, shortened } from '#web/chat/links';

const { 'body.shown': charactersMost, 'body.lines': linesMost } = pageLimits();

export const Body = ({ text }: { text: string }): JSX.Element => {
  const [isWhole, setIsWhole] = useState(false);
  const short = isWhole ? text : shortened(text, charactersMost, linesMost);
  return (
    <>
      <p class="body" dir="auto">
        {piecesOf(short).map((piece) =>
          typeof piece === 'string' ? (
            piece
          ) : (
            <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
              {piece.text}
            </a>
          ),
        )}
      </p>
      {short.length < text.length && (
        <button type="button" class="more" onClick={() => setIsWhole(true)}>
          … Show all
        </button>
      )}
    </>
  );
};
