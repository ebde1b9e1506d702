import type { Message } from '@parley/client';
import { createPins } from '@parley/client/pins';
import { showError } from '../ui/toast.tsx';
import type { Thread } from './thread.ts';

/** Pins a message for everybody, or takes it down. */
export function setPinned({ chat, conversation }: Thread, { seq }: Pick<Message, 'seq'>, pinned: boolean): void {
  const { pin, unpin } = createPins(chat);
  (pinned ? pin : unpin)(conversation.id, seq).catch((error: Error) => showError(error));
}
