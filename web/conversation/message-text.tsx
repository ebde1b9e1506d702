import { isEmojiOnly } from './emoji-only.ts';
import { splitText } from './split-text.ts';

/** What somebody said: links can be followed, who is meant stands out, and a few emoji alone are large. */
export function MessageText(props: {
  readonly text: string;
  readonly mentions: readonly string[];
  readonly me: string;
}) {
  const { text, me } = props;
  if (isEmojiOnly(text)) return <span class="message-text message-emoji">{text}</span>;
  return (
    <span class="message-text">
      {splitText(text, props.mentions).map((piece) => {
        if (piece.is === 'text') return piece.text;
        if (piece.is === 'mention') {
          return (
            <span class="mention" data-me={piece.username === me}>
              {piece.text}
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
