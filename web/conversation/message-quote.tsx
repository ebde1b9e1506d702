import type { Message } from '@parley/client';
import { plainLine } from '../state/mentions.ts';
import { showError } from '../ui/toast.tsx';
import { filesInWords } from '../voice/voice-name.ts';
import { t } from '../words/words.ts';
import type { Thread } from './thread.ts';

/** The message that a reply refers to; a click leads to it. */
export function MessageQuote({ thread, seq }: { readonly thread: Thread; readonly seq: number }) {
  const original = thread.quoted(seq);
  const author = original?.from_user.username;
  return (
    <button
      type="button"
      class="quote"
      disabled={original === null}
      onClick={() => thread.goTo(seq).catch((error: Error) => showError(error))}
    >
      <span class="visually-hidden">{t('In reply to')} </span>
      <span class="quote-name" dir="auto">
        {author === undefined ? '\u00a0' : author === thread.me ? t('You') : thread.nameOf(author)}
      </span>
      <span dir="auto">{original === undefined ? '\u00a0' : excerpt(thread, original)}</span>
    </button>
  );
}

/** A message in one line. @param message null if it does not exist any more */
export function excerpt({ nameOf }: Pick<Thread, 'nameOf'>, message: Message | null): string {
  if (!message || message.deleted) return t('Deleted message');
  return plainLine(message, nameOf).slice(0, 200) || filesInWords(message.attachments);
}
