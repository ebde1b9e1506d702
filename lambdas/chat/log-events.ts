import type { ChangesPage } from '#protocol/http';
import { toMessages } from '../delivery/render.ts';
import type { Services, Store } from '../runtime/services.ts';
import { withChange } from '../store/apply-change.ts';
import { type EraseEntry, getEntry, isShown, type LoggedEntry, type ShownEntry } from '../store/entry.ts';
import { messageChangedEvent, reactionEvent } from './change-message.ts';
import { systemEvent } from './system-events.ts';

type LogEvent = ChangesPage['results'][number];

/**
 * Entries of the log as the events that were sent live, so that clients handle both in the same way. Each event has the current message, even
 * if the message was edited later in the log.
 */
export async function toLogEvents(
  services: Pick<Services, 'table' | 'bucket'>,
  entries: readonly LoggedEntry[],
  viewer: string,
  title: string | undefined,
): Promise<LogEvent[]> {
  const targets = await targetsOf(services, entries);
  const current = await toMessages(services, withChanges(targets, entries), viewer);
  const messages = new Map(current.map((message) => [message.seq, message]));
  return entries.flatMap((entry): LogEvent[] => {
    if (entry.type === 'reaction') return [reactionEvent(entry)];
    if (entry.type === 'erase') return [erasedEvent(entry)];
    const message = messages.get('target' in entry ? entry.target : entry.seq);
    if (!message) return [];
    if (entry.type === 'system') return [systemEvent(entry, message, title)];
    if (entry.type === 'message') return [{ type: 'chat_message', ...message, room: entry.conversation }];
    return [messageChangedEvent(entry, message)];
  });
}

export function erasedEvent({ conversation, user, up_to, seq }: EraseEntry) {
  return { type: 'messages_erased', conversation, user, up_to, change: seq } as const;
}

/** Applies the changes of this page, because a change's entry is written before its message is changed. */
function withChanges(targets: ReadonlyMap<number, ShownEntry>, entries: readonly LoggedEntry[]): ShownEntry[] {
  const messages = new Map(targets);
  for (const entry of entries) {
    const message = 'target' in entry ? messages.get(entry.target) : undefined;
    if (message?.type === 'message') messages.set(message.seq, withChange(message, entry));
  }
  return [...messages.values()];
}

/** The messages and system entries on this page, and the targets of its edits and deletions, by number. */
async function targetsOf(services: Store, entries: readonly LoggedEntry[]): Promise<Map<number, ShownEntry>> {
  const targets = new Map<number, ShownEntry>();
  for (const entry of entries) if (isShown(entry)) targets.set(entry.seq, entry);
  const missing = new Map<number, string>();
  for (const entry of entries) {
    if (entry.type !== 'edit' && entry.type !== 'delete') continue;
    if (!targets.has(entry.target)) missing.set(entry.target, entry.conversation);
  }
  const read = await Promise.all([...missing].map(([seq, conversation]) => getEntry(services, conversation, seq)));
  for (const entry of read) if (entry?.type === 'message') targets.set(entry.seq, entry);
  return targets;
}
