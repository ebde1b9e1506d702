import type { ServerEvent } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';

export interface TypingUsers {
  /** User names by conversation, in the order in which they began to type. */
  readonly byConversation: ReadonlySignal<ReadonlyMap<string, readonly string[]>>;
  apply(event: ServerEvent, me: string): void;
}

/** A user counts as typing for this long after an event; clients send one every three seconds. */
const timeoutMs = 6_000;

/** The users who are typing in any conversation, open or not. */
export function createTypingUsers(): TypingUsers {
  const byConversation = signal<ReadonlyMap<string, readonly string[]>>(new Map());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function set(conversation: string, user: string, isTyping: boolean): void {
    const key = `${conversation} ${user}`;
    clearTimeout(timers.get(key));
    if (isTyping) timers.set(key, setTimeout(set, timeoutMs, conversation, user, false));
    else timers.delete(key);
    const users = byConversation.value.get(conversation) ?? [];
    if (users.includes(user) === isTyping) return;
    const next = isTyping ? [...users, user] : users.filter((other) => other !== user);
    byConversation.value = new Map(byConversation.value).set(conversation, next);
  }

  return {
    byConversation,
    apply(event, me) {
      if (event.type === 'typing' && event.user !== me) set(event.conversation, event.user, event.typing);
      if (event.type === 'chat_message') set(event.conversation, event.from_user.username, false);
    },
  };
}
