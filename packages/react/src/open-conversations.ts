import type { Chat, Conversation } from '@parley/client';
import { type MessageWindow, openWindow } from '@parley/client/window';

/** A conversation stays open for this long after its last component is gone, so that going back to it, and strict mode, open nothing. */
const lingerMs = 10_000;

export type OpenConversations = ReturnType<typeof createOpenConversations>;

/** Components that show the same conversation share it. */
export function createOpenConversations(chat: Chat) {
  interface Entry {
    readonly opening: Promise<Conversation>;
    conversation?: Conversation;
    users: number;
    timer?: ReturnType<typeof setTimeout>;
  }
  const entries = new Map<string, Entry>();
  const windows = new WeakMap<Conversation, MessageWindow>();

  function end(name: string, entry: Entry): void {
    clearTimeout(entry.timer);
    if (entries.get(name) === entry) entries.delete(name);
    const { conversation } = entry;
    // It may be open under its other name as well.
    if (!conversation || [...entries.values()].some((other) => other.conversation === conversation)) return;
    windows.get(conversation)?.close();
    windows.delete(conversation);
    conversation.close();
  }

  return {
    /** @returns the promise of the conversation, and a function that gives it back */
    use(name: string): [opening: Promise<Conversation>, release: () => void] {
      // `bob` and `alice_bob` are one conversation.
      let [key, entry] = [...entries].find(([, { conversation }]) => conversation?.id === name) ?? [
        name,
        entries.get(name),
      ];
      // The user was removed meanwhile: they may be a member again.
      if (!entry || (entry.conversation?.ended && entry.users === 0)) {
        const made: Entry = { opening: chat.open(name), users: 0 };
        made.opening.then(
          (conversation) => {
            made.conversation = conversation;
            // Nobody waited so long.
            if (entries.get(name) !== made) end(name, made);
          },
          // The next component that wants it tries again.
          () => end(name, made),
        );
        [key, entry] = [name, made];
        entries.set(name, made);
      }
      const used = entry;
      clearTimeout(used.timer);
      used.users++;
      return [
        used.opening,
        () => {
          if (--used.users === 0) used.timer = setTimeout(() => end(key, used), lingerMs);
        },
      ];
    },
    windowOf(conversation: Conversation): MessageWindow {
      const window = windows.get(conversation) ?? openWindow(chat, conversation);
      windows.set(conversation, window);
      return window;
    },
    close(): void {
      for (const [name, entry] of [...entries]) end(name, entry);
    },
  };
}
