import type { Message, ServerEvent } from '@parley/client';
import type { Page } from './load-messages.ts';

/** Older messages that the client does not hold, such as those around a search result. The page keeps them current itself. */
export interface HistoryWindow extends Page {
  /** Do the client's own messages follow without a gap? */
  readonly isJoined: boolean;
}

/** @param live the client's own messages, which are the newest, by `seq` */
export function historyWindow(page: Page, live: readonly Message[]): HistoryWindow {
  const first = live[0]?.seq ?? 0;
  const last = page.messages.at(-1)?.seq ?? 0;
  return { ...page, isJoined: page.upTo === undefined || last >= first - 1 };
}

/** The messages to show: the window, and the client's own messages if they are joined. Where both have a message, the client's is newer. */
export function joinHistory(history: HistoryWindow | undefined, live: readonly Message[]): readonly Message[] {
  if (!history) return live;
  if (!history.isJoined) return history.messages;
  const first = live[0]?.seq ?? Number.POSITIVE_INFINITY;
  return [...history.messages.filter(({ seq }) => seq < first), ...live];
}

/** The window after an event; the same object if the event changes nothing. */
export function applyToHistory(history: HistoryWindow, event: ServerEvent): HistoryWindow {
  const change = (seq: number, to: (message: Message) => Message | undefined) => {
    if (!history.messages.some((message) => message.seq === seq)) return history;
    return {
      ...history,
      messages: history.messages.flatMap((message) => (message.seq === seq ? (to(message) ?? []) : message)),
    };
  };
  switch (event.type) {
    case 'message_edited':
    case 'message_deleted': {
      const { type, room, change: _, ...message } = event;
      return change(event.seq, ({ reactions }) => ({ ...message, reactions }));
    }
    case 'messages_erased':
      return {
        ...history,
        messages: history.messages.map((message) =>
          message.from_user.username === event.user && message.content_type !== 'system' ? erased(message) : message,
        ),
      };
    case 'reaction':
      return change(event.seq, (message) => withReaction(message, event.emoji, event.user, event.removed));
    case 'message_hidden':
      return change(event.seq, () => undefined);
    case 'history_cleared':
      return { ...history, messages: history.messages.filter(({ seq }) => seq > event.up_to) };
    default:
      return history;
  }
}

function erased(message: Message): Message {
  return { ...message, deleted: true, message: '', attachments: [], multimedia_url: null };
}

/** The message after a user has added or removed a reaction. */
export function withReaction(message: Message, emoji: string, user: string, removed: boolean): Message {
  const others = (message.reactions[emoji] ?? []).filter((name) => name !== user);
  const users = removed ? others : [...others, user].sort();
  const { [emoji]: _, ...rest } = message.reactions;
  return { ...message, reactions: users.length === 0 ? rest : { ...rest, [emoji]: users } };
}
