import type { Chat } from '@parley/client';

/**
 * One thing for each conversation of a user who is signed in, made when it is first asked for. It outlives the pane that shows it, and is
 * forgotten with the user's client, so that nobody else who signs in on this page sees it.
 */
export function perConversation<Thing>(make: (chat: Chat, conversation: string) => Thing) {
  const all = new WeakMap<Chat, Map<string, Thing>>();
  return (chat: Chat, conversation: string): Thing => {
    const things = all.get(chat) ?? new Map<string, Thing>();
    all.set(chat, things);
    const thing = things.get(conversation) ?? make(chat, conversation);
    things.set(conversation, thing);
    return thing;
  };
}
