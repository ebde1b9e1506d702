/**
 * What is known of one conversation's log. It takes events in any order, and any number of times, from sockets and pages alike, and always
 * holds the same for the same set of them. Source: docs/protocol.md section 7.
 */
import type { ServerEvent } from '../../../protocol/events.ts';
import type { Message } from '../../../protocol/message.ts';

/** The events that the log tells, and those that hide some of it from oneself. */
export type LogEvent = Extract<
  ServerEvent,
  {
    type:
      | 'chat_message'
      | 'message_edited'
      | 'message_deleted'
      | 'reaction'
      | 'conversation_updated'
      | 'message_hidden'
      | 'history_cleared';
  }
>;

export interface Timeline {
  /** By `seq`, oldest first; another array whenever something in it changed. */
  readonly messages: readonly Message[];
  /** Every number up to this one is known: what it holds, or that it holds nothing. */
  readonly complete: number;
  /** The highest number that was heard of. */
  readonly head: number;
  /** Messages from this number on are shown. */
  readonly from: number;
  apply(event: LogEvent): void;
  /** Messages of a page of history, which is whole from `from` on. */
  addOlder(messages: readonly Message[], from: number): void;
  /** The log was read up to this number. */
  settle(upTo: number): void;
}

interface Held {
  message?: Message;
  /** The change whose text stands. */
  text: number;
  /** `emoji user` → the latest change about it */
  readonly reactions: Map<string, { readonly change: number; readonly removed: boolean }>;
  hidden?: boolean;
}

/** @param start the log is followed from behind this number on */
export function createTimeline(start: number): Timeline {
  const held = new Map<number, Held>();
  /** Numbers beyond `complete` that are known. */
  const beyond = new Set<number>();
  let complete = start;
  let head = start;
  let from = start + 1;
  let cleared = 0;
  /** What is shown, in order, and a copy of it for whoever asks. */
  const order: Message[] = [];
  let shown: readonly Message[] | undefined;

  function note(number: number): void {
    head = Math.max(head, number);
    if (number > complete) beyond.add(number);
    while (beyond.delete(complete + 1)) complete++;
  }

  function at(seq: number): Held {
    const here = held.get(seq) ?? { text: 0, reactions: new Map() };
    held.set(seq, here);
    return here;
  }

  /** Looks again whether and how this message is shown. Most are near the end. */
  function show(seq: number): void {
    const { message, hidden } = at(seq);
    const now = message && !hidden && seq >= from && seq > cleared ? [message] : [];
    let place = order.length;
    while (place > 0 && (order[place - 1]?.seq ?? 0) >= seq) place--;
    const old = order[place]?.seq === seq ? [order[place]] : [];
    if (old[0] === now[0]) return;
    order.splice(place, old.length, ...now);
    shown = undefined;
  }

  function put(seq: number, message: Message): void {
    const here = at(seq);
    if (here.message) {
      // Only what was sent as a message says to its author under which id.
      if (message.client_id && !here.message.client_id) {
        here.message = { ...here.message, client_id: message.client_id };
      }
      return;
    }
    here.message = withReactions(message, here);
  }

  function change(seq: number, number: number, message: Message): void {
    const here = at(seq);
    // Deleted is deleted, also where an edit with a higher number was faster.
    if (here.message?.deleted || (number <= here.text && !message.deleted)) return;
    here.text = number;
    const { client_id, reactions } = here.message ?? message;
    here.message = withReactions({ ...message, reactions, ...(client_id !== undefined && { client_id }) }, here);
  }

  function react({ seq, emoji, user, change: number, removed }: LogEvent & { type: 'reaction' }): void {
    note(number);
    const here = at(seq);
    const key = `${emoji} ${user}`;
    if (number <= (here.reactions.get(key)?.change ?? 0)) return;
    here.reactions.set(key, { change: number, removed });
    if (here.message) here.message = withReactions(here.message, here);
  }

  return {
    get messages() {
      shown ??= [...order];
      return shown;
    },
    get complete() {
      return complete;
    },
    get head() {
      return head;
    },
    get from() {
      return from;
    },
    apply(event) {
      if (event.type === 'history_cleared') {
        cleared = Math.max(cleared, event.up_to);
        for (const seq of held.keys()) if (seq <= cleared) show(seq);
        return;
      }
      if (event.type === 'chat_message') {
        const { type, room, delivered_to, ...message } = event;
        note(event.seq);
        put(event.seq, message);
      } else if (event.type === 'conversation_updated') {
        note(event.seq);
        put(event.seq, event.message);
      } else if (event.type === 'message_hidden') at(event.seq).hidden = true;
      else if (event.type === 'reaction') react(event);
      else {
        const { type, room, change: number, ...message } = event;
        note(number);
        const gone = type === 'message_deleted' && {
          deleted: true,
          message: '',
          attachments: [],
          multimedia_url: null,
        };
        change(event.seq, number, { ...message, ...gone });
      }
      show(event.seq);
    },
    addOlder(messages, first) {
      const before = from;
      from = Math.min(from, first);
      for (const message of messages) {
        put(message.seq, message);
        show(message.seq);
      }
      for (const seq of held.keys()) if (seq < before) show(seq);
    },
    settle(upTo) {
      complete = Math.max(complete, upTo);
      for (const number of beyond) if (number <= complete) beyond.delete(number);
      note(complete);
    },
  };
}

/** The message with all that was heard of its reactions, whatever of it was in it before. */
function withReactions(message: Message, { reactions: changes }: Held): Message {
  if (changes.size === 0) return message;
  const sets = new Map(Object.entries(message.reactions).map(([emoji, users]) => [emoji, new Set(users)]));
  for (const [key, { removed }] of changes) {
    const [emoji = '', user = ''] = key.split(' ');
    const users = sets.get(emoji) ?? new Set();
    if (removed) users.delete(user);
    else users.add(user);
    sets.set(emoji, users);
  }
  const reactions = [...sets].filter(([, users]) => users.size > 0).map(([emoji, users]) => [emoji, [...users].sort()]);
  return { ...message, reactions: Object.fromEntries(reactions) };
}
