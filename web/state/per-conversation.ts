import type { Chat } from '@parley/client';

/**
 * Makes a getter for state that exists once per conversation of the signed-in user, created on first use. The state outlives the pane that
 * shows it, and goes with the user's client, so that the next user on this page does not see it.
 */
export function perConversation<State>(create: () => State) {
  const byChat = new WeakMap<Chat, Map<string, State>>();
  return (chat: Chat, conversation: string): State => {
    const states = byChat.get(chat) ?? new Map<string, State>();
    byChat.set(chat, states);
    const state = states.get(conversation) ?? create();
    states.set(conversation, state);
    return state;
  };
}
