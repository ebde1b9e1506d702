import type { Message } from '@parley/client';
import { tell } from '../ui/toast.tsx';
import type { Thread } from './thread.ts';

/** The message that another one answers; it leads there. */
export function MessageQuote({ thread, seq }: { readonly thread: Thread; readonly seq: number }) {
  const original = thread.quoted(seq);
  return (
    <button
      type="button"
      class="quote"
      disabled={original === null}
      onClick={() => thread.goTo(seq).catch(({ message }: Error) => tell(message))}
    >
      <span class="unseen">In reply to </span>
      <span class="quote-name">{original ? thread.nameOf(original.from_user.username) : '\u00a0'}</span>
      <span class="quote-text">{original === undefined ? '\u00a0' : briefly(original)}</span>
    </button>
  );
}

/** A message in a line. */
export function briefly(message: Message | null): string {
  if (!message || message.deleted) return 'Deleted message';
  return message.message.slice(0, 200) || message.attachments.map(({ filename }) => filename).join(', ');
}
