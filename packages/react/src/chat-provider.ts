import type { Chat } from '@parley/client';
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useState,
} from 'react';
import { createOpenConversations, type OpenConversations } from './open-conversations.ts';

/** The client of one user, and the conversations that components have opened. */
interface Session {
  readonly chat: Chat;
  readonly conversations: OpenConversations;
}

const SessionContext = createContext<Session | undefined>(undefined);

export interface ChatProviderProps {
  /**
   * Makes the client, in the browser alone, when the provider is mounted; it is closed when the provider is unmounted. For another user give the
   * provider another `key`.
   */
  create(): Chat;
  readonly children?: ReactNode;
}

/**
 * Connects the components below it.
 * @example <ChatProvider key={user} create={() => createChat({ url, getToken })}><App /></ChatProvider>
 */
export function ChatProvider({ create, children }: ChatProviderProps): ReactElement {
  const [session, setSession] = useState<Session>();
  // Not while rendering: React renders on servers, and in strict mode twice. A new function with each rendering makes no new client.
  useEffect(() => {
    const chat = create();
    const conversations = createOpenConversations(chat);
    setSession({ chat, conversations });
    return () => {
      setSession(undefined);
      conversations.close();
      chat.close();
    };
  }, []);
  return createElement(SessionContext.Provider, { value: session }, children);
}

/** The client; undefined on servers and in the first rendering. */
export function useChat(): Chat | undefined {
  return useContext(SessionContext)?.chat;
}

export function useSession(): Session | undefined {
  return useContext(SessionContext);
}
