import type { Chat } from '@parley/client';

/**
 * Makes a getter for state that exists once per conversation of the signed-in user, created on first use. The state outlives the pane that
 * shows it, and goes with the user's client, so that the next user on this page does not see it.
 * @param create gets what was given to the getter beside client and conversation
 */
export function perConversation<State, Given extends unknown[] = []>(create: (...given: Given) => State) {
  const byChat = new WeakMap<Chat, Map<string, State>>();
  const of = (chat: Chat, conversation: string, ...given: Given): State => {
    const states = byChat.get(chat) ?? new Map<string, State>();
    byChat.set(chat, states);
    const state = states.get(conversation) ?? create(...given);
    states.set(conversation, state);
    return state;
  };
  /** Every state of a client that has been created. */
  of.all = (chat: Chat): readonly State[] => [...(byChat.get(chat)?.values() ?? [])];
  return of;
}
