import type { ChangesPage } from '#protocol/http';
import { toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { withChange } from '../store/apply-change.ts';
import { type ChangeEntry, getEntry, type ShownEntry } from '../store/entry.ts';
import { isShown } from './log.ts';
import { systemEvent } from './system-events.ts';

type Change = ChangesPage['results'][number];

/**
 * Entries of the log as the events that were sent live, so that a client handles both in the same way. A message stands there as it now is,
 * also where it is edited later in the log.
 */
export async function toLogEvents(
  services: Pick<Services, 'table' | 'bucket'>,
  entries: readonly (ShownEntry | ChangeEntry)[],
  me: string,
  title: string | undefined,
): Promise<Change[]> {
  const targets = await targetsOf(services, entries);
  const shown = await toMessages(services, withChanges(targets, entries), me);
  const messages = new Map(shown.map((message) => [message.seq, message]));
  return entries.flatMap((entry): Change[] => {
    const { seq, conversation } = entry;
    if (entry.type === 'reaction') {
      const { target, emoji, user, removed } = entry;
      return [{ type: 'reaction', conversation, seq: target, emoji, user, removed, change: seq }];
    }
    const message = messages.get('target' in entry ? entry.target : seq);
    if (!message) return [];
    if (entry.type === 'system') return [systemEvent(entry, message, title)];
    if (entry.type === 'message') return [{ type: 'chat_message', ...message, room: conversation }];
    const type = entry.type === 'edit' ? 'message_edited' : 'message_deleted';
    return [{ type, ...message, room: conversation, change: seq }];
  });
}

/** A change's entry is written before its message: a page that is read in between shows what the message is about to be. */
function withChanges(
  targets: ReadonlyMap<number, ShownEntry>,
  entries: readonly (ShownEntry | ChangeEntry)[],
): ShownEntry[] {
  const messages = new Map(targets);
  for (const entry of entries) {
    const message = 'target' in entry ? messages.get(entry.target) : undefined;
    if (message?.type === 'message') messages.set(message.seq, withChange(message, entry));
  }
  return [...messages.values()];
}

/** The messages that the entries are or are about. */
async function targetsOf(
  services: Pick<Services, 'table'>,
  entries: readonly (ShownEntry | ChangeEntry)[],
): Promise<Map<number, ShownEntry>> {
  const targets = new Map<number, ShownEntry>();
  for (const entry of entries) if (isShown(entry)) targets.set(entry.seq, entry);
  const missing = entries.flatMap((entry) =>
    (entry.type === 'edit' || entry.type === 'delete') && !targets.has(entry.target) ? [entry] : [],
  );
  const wanted = new Map(missing.map(({ conversation, target }) => [target, conversation]));
  const read = await Promise.all([...wanted].map(([seq, conversation]) => getEntry(services, conversation, seq)));
  for (const entry of read) if (entry?.type === 'message') targets.set(entry.seq, entry);
  return targets;
}
