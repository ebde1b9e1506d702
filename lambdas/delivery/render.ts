import { limits } from '#protocol/limits';
import type { Message } from '#protocol/message';
import { bytesOf } from '#protocol/message-text';
import type { Services, Store } from '../runtime/services.ts';
import { signDownload } from '../store/bucket.ts';
import type { Reaction, ShownEntry } from '../store/entry.ts';
import { getUsers, type User } from '../store/user.ts';
import { systemText } from './system-text.ts';

/** username → shown name */
export type Names = ReadonlyMap<string, string>;

export function namesOf(users: readonly User[]): Names {
  return new Map(users.map(({ username, name }) => [username, name]));
}

/** A stored entry as a message of the protocol. Download addresses are signed now, so they have not expired yet. */
export async function toMessage(services: Pick<Services, 'bucket'>, entry: ShownEntry, names: Names): Promise<Message> {
  const { id, seq, conversation, user } = entry;
  const common = {
    id,
    seq,
    conversation,
    from_user: { username: user, name: names.get(user) ?? user },
    date_added: toTime(entry.at),
  };
  if (entry.type === 'system') {
    return {
      ...common,
      message: systemText(entry.change, names, { isRoom: conversation.startsWith('room:') }),
      content_type: 'system',
      attachments: [],
      multimedia_url: null,
      // So that readers come to the message that was pinned.
      reply_to: entry.change.kind === 'pinned' ? (entry.change.message_seq ?? null) : null,
      mentions: [],
      reactions: {},
      edited_at: null,
      deleted: false,
    };
  }
  const attachments = await Promise.all(
    entry.files.map(async ({ object, ...file }) => ({
      ...file,
      url: await signDownload(services, { ...file, object }),
    })),
  );
  return {
    ...common,
    message: entry.text,
    content_type: entry.content_type,
    attachments,
    multimedia_url: attachments[0]?.url ?? null,
    reply_to: entry.reply_to,
    mentions: [...(entry.mentions ?? [])],
    reactions: currentReactions(entry.reactions),
    edited_at: entry.edited_at === undefined ? null : toTime(entry.edited_at),
    deleted: entry.deleted ?? false,
  };
}

/** emoji → users who have reacted with it and not taken it back, sorted */
export function currentReactions(reactions: readonly Reaction[]): Message['reactions'] {
  const users = new Map<string, string[]>();
  for (const { emoji, user, stands } of reactions) {
    if (stands) users.set(emoji, [...(users.get(emoji) ?? []), user]);
  }
  return Object.fromEntries(users);
}

/** The names of all users in these entries. Missing ones, such as those of users who have left, are read. */
export async function namesFor(
  services: Store,
  entries: readonly ShownEntry[],
  names: Names = new Map(),
): Promise<Names> {
  const usernames = entries.flatMap((entry) =>
    entry.type === 'system' && entry.change.who !== undefined ? [entry.user, entry.change.who] : [entry.user],
  );
  const missing = [...new Set(usernames)].filter((username) => !names.has(username));
  return new Map([...names, ...namesOf(await getUsers(services, missing))]);
}

/** The entries as messages that `viewer` sees: the viewer's own have their `client_id`. Missing names are read. */
export async function toMessages(
  services: Pick<Services, 'bucket' | 'table'>,
  entries: readonly ShownEntry[],
  viewer: string,
  names?: Names,
): Promise<Message[]> {
  const allNames = await namesFor(services, entries, names);
  return Promise.all(
    entries.map(async (entry) => {
      const message = await toMessage(services, entry, allNames);
      return entry.type === 'message' && entry.user === viewer ? { ...message, client_id: entry.client_id } : message;
    }),
  );
}

export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The first values that fit one frame together with `rest`, the other content of the frame; by default, 1 KB is reserved for it. */
export function fitFrame<T>(values: readonly T[], rest?: unknown): T[] {
  let bytes = rest === undefined ? 1_024 : bytesOf(rest);
  const fitting: T[] = [];
  for (const value of values) {
    bytes += bytesOf(value) + 1;
    if (bytes > limits.frameBytes) break;
    fitting.push(value);
  }
  return fitting;
}
