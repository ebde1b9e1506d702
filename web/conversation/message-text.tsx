import { isEmojiOnly } from './emoji-only.ts';
import { splitText } from './split-text.ts';
import type { Thread } from './thread.ts';

/** The text of a message with links, and with mentions as names. A few emoji alone are shown large. */
export function MessageText(props: {
  readonly thread: Pick<Thread, 'me' | 'nameOf'>;
  readonly text: string;
  readonly mentions: readonly string[];
}) {
  const { text, thread } = props;
  if (isEmojiOnly(text)) return <span class="message-text message-emoji">{text}</span>;
  return (
    <span class="message-text">
      {splitText(text, props.mentions).map((piece) => {
        if (piece.kind === 'text') return piece.text;
        if (piece.kind === 'mention') {
          return (
            <span class="mention" data-me={piece.username === thread.me}>
              @{thread.nameOf(piece.username)}
            </span>
          );
        }
        return (
          <a href={piece.address} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        );
      })}
    </span>
  );
}
