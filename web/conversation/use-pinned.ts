import type { PinnedMessage } from '@parley/client';
import { createPins } from '@parley/client/pins';
import { useEffect, useState } from 'preact/hooks';
import { errorSentence } from '../ui/error-sentence.ts';
import type { Thread } from './thread.ts';

export interface Pinned {
  /** Last pinned first; undefined until they are loaded. */
  readonly list: readonly PinnedMessage[] | undefined;
  readonly error: string | undefined;
}

/** The pinned messages of a conversation. They are loaded again when one is pinned, taken down or deleted, and when the network is back after a failure. */
export function usePinned({ chat, conversation, changes }: Thread): Pinned {
  void changes.value;
  const { id, view } = conversation;
  const [reloads, setReloads] = useState(0);
  const [pinned, setPinned] = useState<Pinned>({ list: undefined, error: undefined });
  useEffect(
    () =>
      chat.onEvent((event) => {
        const deletes = event.type === 'message_deleted' || event.type === 'messages_erased';
        if (deletes && event.conversation === id) setReloads((count) => count + 1);
      }),
    [chat, id],
  );
  const hasFailed = pinned.error !== undefined;
  useEffect(() => {
    if (!hasFailed) return;
    const again = () => setReloads((count) => count + 1);
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, [hasFailed]);
  // The client loads the view after each change of the conversation.
  useEffect(() => {
    if (view.pinned_messages === undefined) return setPinned({ list: [], error: undefined });
    let mounted = true;
    createPins(chat)
      .list(id)
      .then(
        (list) => mounted && setPinned({ list, error: undefined }),
        (error: Error) => mounted && setPinned(({ list }) => ({ list, error: errorSentence(error) })),
      );
    return () => {
      mounted = false;
    };
  }, [chat, id, view, reloads]);
  return pinned;
}
