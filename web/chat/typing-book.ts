import type { ServerEvent } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { systemClock } from '../../packages/client/src/clock.ts';
import { createTyping, type Typing } from '../../packages/client/src/typing.ts';

export interface TypingBook {
  /** User names by conversation, in the order in which they began. */
  readonly users: ReadonlySignal<ReadonlyMap<string, readonly string[]>>;
  apply(event: ServerEvent, me: string): void;
}

/** Who types where, also in conversations that are not open. */
export function createTypingBook(): TypingBook {
  const users = signal<ReadonlyMap<string, readonly string[]>>(new Map());
  const books = new Map<string, Typing>();

  function bookOf(conversation: string): Typing {
    const known = books.get(conversation);
    if (known) return known;
    const book = createTyping({
      clock: systemClock,
      tell() {},
      onChange() {
        users.value = new Map(users.value).set(conversation, book.users);
      },
    });
    books.set(conversation, book);
    return book;
  }

  return {
    users,
    apply(event, me) {
      if (event.type === 'typing' && event.user !== me) bookOf(event.conversation).hear(event.user, event.typing);
      if (event.type === 'chat_message') books.get(event.conversation)?.hear(event.from_user.username, false);
    },
  };
}
