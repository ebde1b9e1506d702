import type { Message, ServerEvent } from '@parley/client';
import type { Page } from './pages.ts';

/** A part of the log from before what the client holds: it is kept here as it changes. */
export interface Past extends Page {
  /** Do the client's own messages follow without a gap? */
  readonly joined: boolean;
}

/** @param live by `seq`: the client's own, which are the newest */
export function pastOf(page: Page, live: readonly Message[]): Past {
  const first = live[0]?.seq ?? 0;
  const last = page.messages.at(-1)?.seq ?? 0;
  return { ...page, joined: page.upTo === undefined || last >= first - 1 };
}

/** Both as one; what the client holds itself is the newer state. */
export function withPast(past: Past | undefined, live: readonly Message[]): readonly Message[] {
  if (!past) return live;
  if (!past.joined) return past.messages;
  const first = live[0]?.seq ?? Number.POSITIVE_INFINITY;
  return [...past.messages.filter(({ seq }) => seq < first), ...live];
}

/** The same after an event; the same object where it changes nothing. */
export function applyToPast(past: Past, event: ServerEvent): Past {
  const change = (seq: number, to: (message: Message) => Message | undefined) => {
    if (!past.messages.some((message) => message.seq === seq)) return past;
    return {
      ...past,
      messages: past.messages.flatMap((message) => (message.seq === seq ? (to(message) ?? []) : message)),
    };
  };
  switch (event.type) {
    case 'message_edited':
    case 'message_deleted': {
      const { type, room, change: _, ...message } = event;
      return change(event.seq, ({ reactions }) => ({ ...message, reactions }));
    }
    case 'reaction':
      return change(event.seq, (message) => withReaction(message, event.emoji, event.user, event.removed));
    case 'message_hidden':
      return change(event.seq, () => undefined);
    case 'history_cleared':
      return { ...past, messages: past.messages.filter(({ seq }) => seq > event.up_to) };
    default:
      return past;
  }
}

/** The message after somebody reacted, or took it back. */
export function withReaction(message: Message, emoji: string, user: string, removed: boolean): Message {
  const others = (message.reactions[emoji] ?? []).filter((name) => name !== user);
  const users = removed ? others : [...others, user].sort();
  const { [emoji]: _, ...rest } = message.reactions;
  return { ...message, reactions: users.length === 0 ? rest : { ...rest, [emoji]: users } };
}
