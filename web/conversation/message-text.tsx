import { textWithNames } from '../state/mentions.ts';
import { isMarked } from '../text/is-marked.ts';
import { isEmojiOnly } from './emoji-only.ts';
import { formatted } from './formatted.ts';
import type { Thread } from './thread.ts';

/** The text of a message, with what its marks mean, and with mentions as names. A few emoji alone are shown large. */
export function MessageText(props: {
  readonly thread: Pick<Thread, 'me' | 'nameOf'>;
  readonly text: string;
  readonly mentions: readonly string[];
}) {
  const { text, mentions, thread } = props;
  const isEmoji = isEmojiOnly(text);
  const format = !isEmoji && (mentions.length > 0 || isMarked(text)) ? formatted() : undefined;
  return (
    <span class={`message-text${isEmoji ? ' message-emoji' : ''}`}>
      {format
        ? format({ ...props, me: thread.me, nameOf: thread.nameOf })
        : textWithNames(text, mentions, thread.nameOf)}
    </span>
  );
}
