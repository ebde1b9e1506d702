import { limits } from '#protocol/limits';
import type { Message } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import type { MessageEntry } from '../store/entry.ts';
import { signDownload } from '../store/object.ts';
import { getUsers, type User } from '../store/user.ts';

/** The names that people are shown by. */
export type Names = ReadonlyMap<string, string>;

export function namesOf(users: readonly User[]): Names {
  return new Map(users.map(({ username, name }) => [username, name]));
}

/** A stored entry as it travels; addresses are signed now, so that they are never stale. */
export async function toMessage(
  services: Pick<Services, 'bucket'>,
  entry: MessageEntry,
  names: Names,
): Promise<Message> {
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
    reactions: Object.fromEntries(Object.entries(entry.reactions).map(([emoji, users]) => [emoji, [...users]])),
    date_added: toTime(entry.at),
    edited_at: entry.edited_at === undefined ? null : toTime(entry.edited_at),
    deleted: entry.deleted ?? false,
  };
}

/** Entries as `me` sees them: own messages carry their `client_id`. Names that are not at hand are read. */
export async function toMessages(
  services: Pick<Services, 'bucket' | 'table'>,
  entries: readonly MessageEntry[],
  me: string,
  names?: Names,
): Promise<Message[]> {
  const authors = [...new Set(entries.map(({ user }) => user))];
  const known = names ?? namesOf(await getUsers(services, authors));
  return Promise.all(
    entries.map(async (entry) => {
      const message = await toMessage(services, entry, known);
      return entry.user === me ? { ...message, client_id: entry.client_id } : message;
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

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
