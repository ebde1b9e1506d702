import type { Conversation, Message } from '@parley/client';
import type { MessageWindow, PendingMessage } from '@parley/client/window';
import { useMemo } from 'react';
import { useSession } from './chat-provider.ts';
import { useValue } from './use-value.ts';

/** As `MessageWindow` of `@parley/client/window`. Without a conversation there are no messages, and the functions do nothing. */
export type Messages = Pick<MessageWindow, 'messages' | 'pending' | 'atNewest' | 'hasOlder'> & {
  /** undefined without a conversation. Its other properties are `goTo`, `search`, `stateOf`, `receiptsOf`, `loadNewer` and so on. */
  readonly window: MessageWindow | undefined;
  /** Adds older messages. @throws ParleyError */
  loadOlder(): Promise<void>;
};

const noMessages: readonly Message[] = [];
const noPending: readonly PendingMessage[] = [];
const nothing = async () => {};

/**
 * The messages of a conversation, the newest 50 at first. Renders again also when a receipt changes.
 * @example const { conversation } = useConversation('bob'); const { messages, pending } = useMessages(conversation);
 */
export function useMessages(conversation: Conversation | undefined): Messages {
  const session = useSession();
  const window = useMemo(() => conversation && session?.conversations.windowOf(conversation), [conversation, session]);
  useValue(window, ({ receipts }) => receipts, undefined);
  return {
    messages: useValue(window, ({ messages }) => messages, noMessages),
    pending: useValue(window, ({ pending }) => pending, noPending),
    atNewest: useValue(window, ({ atNewest }) => atNewest, true),
    hasOlder: useValue(window, ({ hasOlder }) => hasOlder, false),
    window,
    loadOlder: window?.loadOlder ?? nothing,
  };
}
