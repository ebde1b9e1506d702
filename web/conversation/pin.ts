import type { Message } from '@parley/client';
import { createPins } from '@parley/client/pins';
import { showToast } from '../ui/toast.tsx';
import { sentenceOf } from '../ui/use-action.ts';
import type { Thread } from './thread.ts';

/** Pins a message for everybody, or takes it down. */
export function pin({ chat, conversation }: Thread, { seq }: Pick<Message, 'seq'>, pinned: boolean): void {
  const pins = createPins(chat);
  (pinned ? pins.pin : pins.unpin)(conversation.id, seq).catch((error: Error) => showToast(sentenceOf(error)));
}
