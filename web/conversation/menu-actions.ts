import type { Message } from '@parley/client';
import { createSettings } from '@parley/client/settings';
import { hrefOf } from '../route.ts';
import { copyText } from '../ui/copy-text.ts';
import { showError, showToast } from '../ui/toast.tsx';
import { t } from '../words/words.ts';
import type { Thread } from './thread.ts';

/** What of a message can be pasted elsewhere. */
function textOf({ message, attachments }: Message): string {
  return [message, ...attachments.map(({ filename }) => filename)].filter(Boolean).join('\n');
}

/** The texts of messages, with their authors if there are several. */
export function copyMessages(messages: readonly Message[]): void {
  const [first, second] = messages;
  const lines = messages.map((message) => `${message.from_user.name}: ${textOf(message)}`);
  copyText(first && !second ? textOf(first) : lines.join('\n'));
}

/** A link that opens the conversation at a message, for those who may read it. */
export function copyLink({ conversation }: Thread, { seq }: Message): void {
  const { origin, pathname } = location;
  copyText(`${origin}${pathname}${hrefOf({ page: 'conversation', name: conversation.id, seq })}`);
}

/** From this message on the conversation is unread, until the user opens it again. The others see it as read. */
export function markUnread(thread: Thread, message: Message): void {
  createSettings(thread.chat)
    .change(thread.conversation.id, { unread_from: message.seq })
    .then(
      () => showToast(t('Marked as unread.')),
      (error: Error) => showError(error, { label: t('Try again'), run: () => markUnread(thread, message) }),
    );
}

/** A failure is shown by `FailedSendList`. */
export function deleteForAll({ conversation }: Thread, { seq }: Message): void {
  conversation.delete(seq).catch(() => {});
}

export function deleteForMe(thread: Thread, message: Message): Promise<void> {
  return thread.conversation
    .deleteForMe(message.seq)
    .catch((error: Error) => showError(error, { label: t('Try again'), run: () => void deleteForMe(thread, message) }));
}
