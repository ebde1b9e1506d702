/**
 * The known part of one conversation's log. Events may come in any order and any number of times, from the socket and from pages: the same
 * set of events always gives the same result. Source: docs/protocol.md section 7.
 */
import type { Message, ServerEvents } from './protocol.ts';
import { withReaction } from './with-reaction.ts';

/** Events that are in the log, and those that hide a part of it from this user. */
export type LogEvent = ServerEvents[
  | 'chat_message'
  | 'message_edited'
  | 'message_deleted'
  | 'messages_erased'
  | 'reaction'
  | 'conversation_updated'
  | 'message_hidden'
  | 'history_cleared'];

export interface Timeline {
  /** By `seq`, oldest first; a new array after each change. */
  readonly messages: readonly Message[];
  /** Every number up to this one is known: its entry, or that it has none. */
  readonly completeUpTo: number;
  /** The highest known number. */
  readonly latestSeq: number;
  /** Messages from this number on are shown. */
  readonly firstSeq: number;
  apply(event: LogEvent): void;
  /** Adds a page of history that is complete from `from` on. */
  addOlder(messages: readonly Message[], from: number): void;
  /** The log was read up to this number. */
  markComplete(upTo: number): void;
}

interface Entry {
  message?: Message;
  /** The number of the change that gave the message its text. */
  textChange: number;
  /** By `emoji user`: the latest change after `start`. */
  readonly reactions: Map<string, { readonly change: number; readonly removed: boolean }>;
  hidden?: boolean;
}

/** What a deleted message has no more. */
const empty = { deleted: true, message: '', attachments: [], multimedia_url: null };

/**
 * @param start the number after which the log is followed
 * @param maxHeld as many messages may come; with the next one the older half is forgotten
 */
export function createTimeline(start: number, maxHeld = 1_000): Timeline {
  const entries = new Map<number, Entry>();
  /** Known numbers after `completeUpTo`. */
  const ahead = new Set<number>();
  let completeUpTo = start;
  let latestSeq = start;
  let firstSeq = start + 1;
  let clearedUpTo = 0;
  /** More than this are not held. What somebody has asked for stays, so that they can read it. */
  let limit = maxHeld;
  /** The shown messages in order, and the copy of it that callers get. */
  const order: Message[] = [];
  let shown: readonly Message[] | undefined;

  function note(number: number): void {
    latestSeq = Math.max(latestSeq, number);
    if (number > completeUpTo) ahead.add(number);
    while (ahead.delete(completeUpTo + 1)) completeUpTo++;
  }

  function entryOf(seq: number): Entry {
    const entry = entries.get(seq) ?? { textChange: 0, reactions: new Map() };
    entries.set(seq, entry);
    return entry;
  }

  /** Puts a message into `order`, replaces it or removes it. Searches from the end, because most are there. */
  function show(seq: number): void {
    const { message, hidden } = entryOf(seq);
    const now = message && !hidden && seq >= firstSeq && seq > clearedUpTo ? [message] : [];
    let index = order.length;
    while (index > 0 && (order[index - 1]?.seq ?? 0) >= seq) index--;
    const old = order[index]?.seq === seq ? [order[index]] : [];
    if (old[0] === now[0]) return;
    order.splice(index, old.length, ...now);
    shown = undefined;
  }

  /**
   * A page may be open for days. Older messages can be loaded again. It waits while a number is missing: that may be a change of a message
   * whose later change would be forgotten, and the earlier one would win.
   */
  function forget(): void {
    if (order.length <= limit || ahead.size) return;
    limit = maxHeld;
    order.splice(0, order.length - maxHeld / 2);
    firstSeq = order[0]?.seq ?? 0;
    // A page that is loaded from now on has all changes up to here.
    start = completeUpTo;
    shown = undefined;
    for (const seq of entries.keys()) if (seq < firstSeq) entries.delete(seq);
  }

  function put(seq: number, message: Message): void {
    const entry = entryOf(seq);
    if (!entry.message) entry.message = withReactions(message, entry);
    // An edit does not have the `client_id`.
    else if (message.client_id && !entry.message.client_id) entry.message = { ...message, ...entry.message };
  }

  /**
   * Puts a message from a page, which has all changes up to `start`; an event that came late may have fewer, because the changes were not
   * followed then. Of later changes each event is known.
   */
  function putOlder(message: Message): void {
    const entry = entryOf(message.seq);
    const { reactions } = message;
    entry.message = withReactions({ ...message, ...(entry.textChange && entry.message), reactions }, entry);
  }

  function change(seq: number, number: number, message: Message): void {
    const entry = entryOf(seq);
    // Pages have what is not followed. A deleted message stays deleted, even if an edit has a higher number.
    if (number <= start || entry.message?.deleted || (number <= entry.textChange && !message.deleted)) return;
    entry.textChange = number;
    const { reactions } = entry.message ?? message;
    entry.message = withReactions({ ...entry.message, ...message, reactions }, entry);
  }

  function react({ seq, emoji, user, change: number, removed }: ServerEvents['reaction']): void {
    note(number);
    const entry = entryOf(seq);
    const key = `${emoji} ${user}`;
    if (number <= (entry.reactions.get(key)?.change ?? start)) return;
    entry.reactions.set(key, { change: number, removed });
    if (entry.message) entry.message = withReaction(entry.message, emoji, user, removed);
  }

  return {
    get messages() {
      shown ??= [...order];
      return shown;
    },
    get completeUpTo() {
      return completeUpTo;
    },
    get latestSeq() {
      return latestSeq;
    },
    get firstSeq() {
      return firstSeq;
    },
    apply(event) {
      if (event.type === 'history_cleared') {
        clearedUpTo = Math.max(clearedUpTo, event.up_to);
        for (const seq of entries.keys()) if (seq <= clearedUpTo) show(seq);
        return;
      }
      if (event.type === 'messages_erased') {
        note(event.change);
        for (const [seq, { message }] of entries) {
          if (message?.from_user.username !== event.user || message.content_type === 'system') continue;
          change(seq, event.change, { ...message, ...empty });
          show(seq);
        }
        return;
      }
      if (event.type === 'chat_message') {
        const { type, room, delivered_to, ...message } = event;
        note(event.seq);
        put(event.seq, message);
      } else if (event.type === 'conversation_updated') {
        note(event.seq);
        put(event.seq, event.message);
      } else if (event.type === 'message_hidden') entryOf(event.seq).hidden = true;
      else if (event.type === 'reaction') react(event);
      else {
        const { type, room, change: number, ...message } = event;
        note(number);
        change(event.seq, number, { ...message, ...(type === 'message_deleted' && empty) });
      }
      show(event.seq);
      forget();
    },
    addOlder(messages, from) {
      const before = firstSeq;
      firstSeq = Math.min(firstSeq, from);
      messages.forEach(putOlder);
      for (const seq of entries.keys()) if (seq < before) show(seq);
      limit = Math.max(limit, order.length + maxHeld / 2);
    },
    markComplete(upTo) {
      completeUpTo = Math.max(completeUpTo, upTo);
      for (const number of ahead) if (number <= completeUpTo) ahead.delete(number);
      note(completeUpTo);
    },
  };
}

/** The message with all known changes of its reactions. Some of them may be in it already. */
function withReactions(message: Message, { reactions }: Entry): Message {
  return [...reactions].reduce((before, [key, { removed }]) => {
    const [emoji = '', user = ''] = key.split(' ');
    return withReaction(before, emoji, user, removed);
  }, message);
}
