import type { Presence } from '@parley/client';
import { useChat } from './chat-provider.ts';
import { useValue } from './use-value.ts';

/** Whether a user is online; undefined if nothing is known about them: known are contacts and members of open conversations. */
export function usePresence(username: string | undefined): Presence | undefined {
  const chat = useChat();
  return useValue(chat, ({ presence }) => (username === undefined ? undefined : presence(username)), undefined);
}
