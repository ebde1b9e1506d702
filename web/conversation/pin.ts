import type { Message } from '@parley/client';
import { setPinned } from '../people/group-requests.ts';
import { showToast } from '../ui/toast.tsx';
import { sentenceOf } from '../ui/use-action.ts';
import type { Thread } from './thread.ts';

/** Pins a message for everybody, or takes it down. */
export function pin({ chat, conversation }: Thread, { seq }: Pick<Message, 'seq'>, pinned: boolean): void {
  setPinned(chat, conversation.id, seq, pinned).catch((error: Error) => showToast(sentenceOf(error)));
}
