import type { Message } from '@parley/client';
import { tell } from '../ui/toast.tsx';
import { draftModeOf } from './draft-mode.ts';
import type { Thread } from './thread.ts';

/** What one may do with a message. */
export interface Allowed {
  readonly write: boolean;
  readonly edit: boolean;
  readonly deleteForAll: boolean;
}

export function allowedWith({ conversation, me }: Thread, { from_user, deleted, message }: Message): Allowed {
  const write = !deleted && !conversation.ended;
  const own = from_user.username === me;
  const { kind, members } = conversation.view;
  const owner = kind === 'group' && members.some(({ username, role }) => username === me && role === 'owner');
  return { write, edit: write && own && message !== '', deleteForAll: write && (own || owner) };
}

export function answer({ chat, conversation }: Thread, message: Message): void {
  draftModeOf(chat, conversation.id).value = { replyTo: message };
}

export function edit({ chat, conversation }: Thread, message: Message): void {
  draftModeOf(chat, conversation.id).value = { editing: message };
}

export function copy({ message }: Message): void {
  navigator.clipboard.writeText(message).then(
    () => tell('Copied.'),
    () => tell('Unable to copy; the browser does not allow it.'),
  );
}

/** What is refused is told by who keeps it. */
export function deleteForAll({ conversation }: Thread, { seq }: Message): void {
  conversation.delete(seq).catch(() => {});
}

export function deleteForMe(thread: Thread, message: Message): void {
  thread.conversation
    .deleteForMe(message.seq)
    .catch((error: Error) => tell(error.message, { label: 'Try again', run: () => deleteForMe(thread, message) }));
}
