import { limits } from '#protocol/limits';
import type { Message } from '#protocol/message';
import { bytesOf } from '#protocol/message-text';
import type { Services } from '../runtime/services.ts';
import { signDownload } from '../store/bucket.ts';
import type { Reaction, ShownEntry, SystemEntry } from '../store/entry.ts';
import { getUsers, type User } from '../store/user.ts';
import { systemText } from './system-text.ts';

/** The names that people are shown by. */
export type Names = ReadonlyMap<string, string>;

export function namesOf(users: readonly User[]): Names {
  return new Map(users.map(({ username, name }) => [username, name]));
}

/** A stored entry as it travels; addresses are signed now, so that they are never stale. */
export async function toMessage(services: Pick<Services, 'bucket'>, entry: ShownEntry, names: Names): Promise<Message> {
  if (entry.type === 'system') return systemMessage(entry, names);
  const attachments = await Promise.all(
    entry.files.map(async (file) => ({ ...file, url: await signDownload(services, file) })),
  );
  return {
    id: entry.id,
    seq: entry.seq,
    conversation: entry.conversation,
    from_user: { username: entry.user, name: names.get(entry.user) ?? entry.user },
    message: entry.text,
    content_type: entry.content_type,
    attachments,
    multimedia_url: attachments[0]?.url ?? null,
    reply_to: entry.reply_to,
    mentions: [...(entry.mentions ?? [])],
    reactions: currentReactions(entry.reactions),
    date_added: toTime(entry.at),
    edited_at: entry.edited_at === undefined ? null : toTime(entry.edited_at),
    deleted: entry.deleted ?? false,
  };
}

/** emoji → who reacted with it and has not taken it back, sorted */
export function currentReactions(reactions: readonly Reaction[]): Message['reactions'] {
  const users = new Map<string, string[]>();
  for (const { emoji, user, stands } of reactions) {
    if (stands) users.set(emoji, [...(users.get(emoji) ?? []), user]);
  }
  return Object.fromEntries(users);
}

function systemMessage({ id, seq, conversation, user, change, at }: SystemEntry, names: Names): Message {
  return {
    id,
    seq,
    conversation,
    from_user: { username: user, name: names.get(user) ?? user },
    message: systemText(change, names),
    content_type: 'system',
    attachments: [],
    multimedia_url: null,
    reply_to: null,
    mentions: [],
    reactions: {},
    date_added: toTime(at),
    edited_at: null,
    deleted: false,
  };
}

/** The names that the entries speak of. Those that are not at hand, for instance of who has left, are read. */
export async function namesFor(
  services: Pick<Services, 'table'>,
  entries: readonly ShownEntry[],
  known: Names = new Map(),
): Promise<Names> {
  const spokenOf = entries.flatMap((entry) => [
    entry.user,
    ...(entry.type === 'system' && entry.change.who !== undefined ? [entry.change.who] : []),
  ]);
  const missing = [...new Set(spokenOf)].filter((name) => !known.has(name));
  return new Map([...known, ...namesOf(await getUsers(services, missing))]);
}

/** Entries as `me` sees them: own messages carry their `client_id`. Names that are not at hand are read. */
export async function toMessages(
  services: Pick<Services, 'bucket' | 'table'>,
  entries: readonly ShownEntry[],
  me: string,
  names?: Names,
): Promise<Message[]> {
  const known = await namesFor(services, entries, names);
  return Promise.all(
    entries.map(async (entry) => {
      const message = await toMessage(services, entry, known);
      return entry.type === 'message' && entry.user === me ? { ...message, client_id: entry.client_id } : message;
    }),
  );
}

export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** As many of the values, from the first on, as fit one frame beside what else is in it (or beside an envelope of about 1 KB). */
export function fitFrame<T>(values: readonly T[], beside?: unknown): T[] {
  let bytes = beside === undefined ? 1_024 : bytesOf(beside);
  const fitting: T[] = [];
  for (const value of values) {
    bytes += bytesOf(value) + 1;
    if (bytes > limits.frameBytes) break;
    fitting.push(value);
  }
  return fitting;
}
