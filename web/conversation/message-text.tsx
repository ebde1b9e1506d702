import { isMarked } from '../text/is-marked.ts';
import { isEmojiOnly } from './emoji-only.ts';
import { formatted } from './formatted.ts';

/** The text of a message, with what its marks mean. A few emoji alone are shown large. */
export function MessageText(props: {
  readonly text: string;
  readonly mentions: readonly string[];
  readonly me: string;
}) {
  const { text, mentions } = props;
  const isEmoji = isEmojiOnly(text);
  const format = !isEmoji && (mentions.length > 0 || isMarked(text)) ? formatted() : undefined;
  return <span class={`message-text${isEmoji ? ' message-emoji' : ''}`}>{format ? format(props) : text}</span>;
}
