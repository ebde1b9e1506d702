/** `@parley/react`: see its README. */
export { ChatProvider, type ChatProviderProps, useChat } from './chat-provider.ts';
export { useConnection } from './use-connection.ts';
export { type OpenedConversation, useConversation } from './use-conversation.ts';
export { type Inbox, useConversations } from './use-conversations.ts';
export { type Messages, useMessages } from './use-messages.ts';
export { usePresence } from './use-presence.ts';
export { type Typing, useTyping } from './use-typing.ts';
