import type { Conversation } from '@parley/client';
import { useValue } from './use-value.ts';

/** Who is typing, and the user’s own keys. */
export interface Typing {
  /** User names of the others who are typing, in the order in which they began. */
  readonly users: readonly string[];
  /** Tells the others that the user is typing: call it with each key. */
  keystroke(): void;
  /** Tells them that the user has stopped. Sending a message needs no such call. */
  stop(): void;
}

const nobody: readonly string[] = [];
const nothing = () => {};

/** Who is typing in a conversation. */
export function useTyping(conversation: Conversation | undefined): Typing {
  return {
    users: useValue(conversation, ({ typing }) => typing.users, nobody),
    keystroke: conversation?.typing.keystroke ?? nothing,
    stop: conversation?.typing.stop ?? nothing,
  };
}
