import type { Part } from './pages.ts';
import type { Message, ServerEvent } from './protocol.ts';
import { withReaction } from './with-reaction.ts';

/** A part of the log that the conversation's timeline does not have, such as the messages around a search result. */
export interface LogPart extends Part {
  /** Do the newest messages follow without a gap? */
  readonly isJoined: boolean;
}

/** @param live the newest messages, by `seq` */
export function logPart(page: Part, live: readonly Message[]): LogPart {
  const first = live[0]?.seq ?? 0;
  const last = page.messages.at(-1)?.seq ?? 0;
  return { ...page, isJoined: page.upTo === undefined || last >= first - 1 };
}

/** A window holds no more than this, and up to as many of the newest messages: it stays small however far one scrolls. */
export const maxShown = 400;

/** The part without its newest messages, if it has too many. Then the rest is loaded again when one scrolls back. */
export function withoutNewest(part: LogPart): LogPart {
  const last = part.messages[maxShown - 1];
  if (!last || part.messages.length === maxShown) return part;
  return { ...part, messages: part.messages.slice(0, maxShown), upTo: last.seq, isJoined: false };
}

/** The same at the other end. */
export function withoutOldest(part: LogPart): LogPart {
  const first = part.messages.at(-maxShown);
  if (!first || part.messages.length === maxShown) return part;
  return { ...part, messages: part.messages.slice(-maxShown), from: first.seq };
}

/**
 * What is kept of forgotten messages for a user who reads one of them.
 * @param shown all, without gaps @param live those that are not forgotten
 */
export function partAround(reading: number, shown: readonly Message[], live: readonly Message[]): LogPart {
  const first = live[0]?.seq ?? 0;
  const forgotten = shown.filter(({ seq }) => seq < first);
  const at = forgotten.filter(({ seq }) => seq < reading).length;
  const end = at + maxShown / 2;
  const messages = forgotten.slice(Math.max(0, at - maxShown / 2), end);
  return { messages, from: messages[0]?.seq, upTo: messages.at(-1)?.seq, isJoined: end >= forgotten.length };
}

/** The messages to show: the part, and the newest messages if they follow. Where both have a message, the live one is newer. */
export function joinParts(part: LogPart | undefined, live: readonly Message[]): readonly Message[] {
  if (!part) return live;
  if (!part.isJoined) return part.messages;
  const first = live[0]?.seq ?? Number.POSITIVE_INFINITY;
  return [...part.messages.filter(({ seq }) => seq < first), ...live];
}

/** The part after an event; the same object if the event changes nothing. */
export function applyToPart(part: LogPart, event: ServerEvent): LogPart {
  const change = (seq: number, to: (message: Message) => Message | undefined) => {
    if (!part.messages.some((message) => message.seq === seq)) return part;
    return {
      ...part,
      messages: part.messages.flatMap((message) => (message.seq === seq ? (to(message) ?? []) : message)),
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
        ...part,
        messages: part.messages.map((message) =>
          message.from_user.username === event.user && message.content_type !== 'system' ? erased(message) : message,
        ),
      };
    case 'reaction':
      return change(event.seq, (message) => withReaction(message, event.emoji, event.user, event.removed));
    case 'message_hidden':
      return change(event.seq, () => undefined);
    case 'history_cleared':
      return { ...part, messages: part.messages.filter(({ seq }) => seq > event.up_to) };
    default:
      return part;
  }
}

function erased(message: Message): Message {
  return { ...message, deleted: true, message: '', attachments: [], multimedia_url: null };
}
