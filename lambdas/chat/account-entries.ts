/** The files of an archive of what is a user's, in an order that any run can go on with: profile, picture, then one conversation after the other. */
import * as z from 'zod/mini';
import type { FriendState } from '#protocol/message';
import { parseConversation } from '#protocol/names';
import { toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { readStored } from '../store/archive.ts';
import { avatarKey, keyOf } from '../store/bucket.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { type File, getEntries, type MessageEntry } from '../store/entry.ts';
import { getLinks } from '../store/invite-link.ts';
import { leftConversationsOf } from '../store/left-conversation.ts';
import { conversationsAfter, getMembership, type Membership } from '../store/membership.ts';
import { getUser } from '../store/user.ts';
import { type ArchiveFile, pathPart } from './archive-entry.ts';
import { blockedBy } from './block.ts';
import { friendsIn } from './friends.ts';
import { manages } from './invitations.ts';
import { shownSettings } from './own-settings.ts';
import { readCursor } from './unread-count.ts';

/** A place between two files. */
export const ExportPlace = z.object({
  step: z.enum(['profile', 'conversations', 'left', 'end']),
  /** The last conversation of the step that is done. */
  after: z.optional(z.string()),
  /** In the next one, `id`: entries up to `upTo` are read, those before `next` are done. Of those from there: the files up to this one. */
  inside: z.optional(
    z.object({
      id: z.string(),
      upTo: z.number(),
      next: z.number(),
      file: z.optional(z.tuple([z.number(), z.number()])),
    }),
  ),
});
export type ExportPlace = z.infer<typeof ExportPlace>;

export const exportStart: ExportPlace = { step: 'profile' };

/** What comes next. Without `file`: something was read, and nothing of it is the user's. */
export interface Exported {
  readonly file?: ArchiveFile | undefined;
  /** How many messages are in the file; it is an attachment or the picture. */
  readonly messages?: number;
  readonly attachment?: true;
  /** The place after it. */
  readonly place: ExportPlace;
}

/** Entries of the log whose messages are one file. At most 24 MB. */
const chunk = 500;
/** Conversations that are read at once. */
const atOnce = 25;

/** All files behind a place. */
export async function* exportedAfter(
  services: Services,
  username: string,
  start: ExportPlace,
): AsyncGenerator<Exported> {
  let place = start;
  if (place.step === 'profile') {
    yield* profileOf(services, username, place);
    place = { step: 'conversations' };
  }
  while (place.step === 'conversations') {
    const next: Listed[] = await conversationsAfter(services, username, atOnce, place.after);
    for (const { conversation, membership } of next) {
      // What is left of a membership that ended: the conversation comes among those that were left.
      if (membership) yield* conversationOf(services, username, conversation, membership, place);
      place = { step: 'conversations', after: conversation };
      yield { place };
    }
    if (next.length === 0) place = { step: 'left' };
  }
  while (place.step === 'left') {
    const [conversation] = await leftConversationsOf(services, username, 1, place.after);
    if (conversation === undefined) return;
    const hasComeBack = (await getMembership(services, username, conversation)) !== undefined;
    if (!hasComeBack) yield* conversationOf(services, username, conversation, undefined, place);
    place = { step: 'left', after: conversation };
    yield { place };
  }
}

type Listed = Awaited<ReturnType<typeof conversationsAfter>>[number];

async function* profileOf(services: Services, username: string, place: ExportPlace): AsyncGenerator<Exported> {
  const user = await getUser(services, username, { consistent: true });
  if (!user) return;
  if (place.after === undefined) {
    const names = async (state: FriendState) => (await friendsIn(services, username, state)).map(({ other }) => other);
    const profile = {
      username,
      name: user.name,
      last_seen: user.lastSeen === undefined ? null : toTime(user.lastSeen),
      friends: await names('friends'),
      requests_received: await names('received'),
      requests_sent: await names('sent'),
      blocks: await blockedBy(services, username),
      push_devices: user.pushDevices.map(({ expires }) => ({ expires_at: toTime(expires * 1_000) })),
    };
    const path = 'profile.json';
    yield { file: json(path, profile, services.now()), place: { step: 'profile', after: path } };
  }
  const picture = user.avatar && (await readStored(services, avatarKey(user.avatar.id)));
  if (!user.avatar || !picture) return;
  const [, extension = 'bin'] = user.avatar.content_type.split('/');
  const file = { path: `picture.${pathPart(extension)}`, content: picture, at: services.now() };
  yield { file, attachment: true, place: { step: 'conversations' } };
}

async function* conversationOf(
  services: Services,
  username: string,
  id: string,
  membership: Membership | undefined,
  place: ExportPlace,
): AsyncGenerator<Exported> {
  const state = await getConversationState(services, id);
  const folder = folderOf(id);
  const inside = place.inside?.id === id ? place.inside : undefined;
  const upTo = inside?.upTo ?? state.seq;
  let next = inside?.next ?? 1;
  let done = inside?.file;
  if (!inside) {
    const file = json(
      `${folder}/conversation.json`,
      await describe(services, state, membership),
      state.at || services.now(),
    );
    yield { file, place: { ...place, inside: { id, upTo, next } } };
  }
  for (; next <= upTo; next += chunk) {
    const entries = await getEntries(services, id, next, Math.min(upTo, next + chunk - 1));
    const own = entries.filter(
      (entry): entry is MessageEntry => entry.type === 'message' && entry.user === username && !entry.deleted,
    );
    const after = (file: [number, number]): ExportPlace => ({ ...place, inside: { id, upTo, next, file } });
    const [first] = own;
    if (first && !done) {
      const lines = own.map((message) => `${JSON.stringify(toLine(message))}\n`).join('');
      const path = `${folder}/messages-${String(next).padStart(12, '0')}.jsonl`;
      const file = { path, content: Buffer.from(lines), at: own.at(-1)?.at ?? first.at };
      yield { file, messages: own.length, place: after([0, 0]) };
    }
    for (const { seq, files, at } of own) {
      for (const [index, file] of files.entries()) {
        if (done && (seq < done[0] || (seq === done[0] && index <= done[1]))) continue;
        // One after the other: an attachment may have 25 MB.
        const content = await readStored(services, keyOf(file));
        if (!content) continue;
        const path = `${folder}/${attachmentPath(seq, file)}`;
        yield { file: { path, content, at }, attachment: true, place: after([seq, index]) };
      }
    }
    done = undefined;
    yield { place: { ...place, inside: { id, upTo, next: next + chunk } } };
  }
}

/** `direct/alice_bob`, `room/room-lobby`, `group/01j…`: no room `..` is the folder above. */
function folderOf(id: string): string {
  const { kind } = parseConversation(id);
  const [, name = id] = id.split(':');
  return kind === 'room' ? `room/room-${pathPart(name)}` : `${kind}/${pathPart(name)}`;
}

async function describe(
  services: Services,
  state: ConversationState,
  membership: Membership | undefined,
): Promise<object> {
  return {
    id: state.conversation,
    title: state.title ?? null,
    member: membership !== undefined,
    role: membership?.role ?? null,
    read_seq: membership ? readCursor(state, membership).seq : null,
    blocked: membership?.blocks ?? false,
    settings: membership ? shownSettings({ state, membership }, services.now()) : null,
    invite_links: manages(membership) ? await ownLinks(services, membership) : [],
  };
}

/** Without their codes: an archive is kept where a link should not be found. */
async function ownLinks(
  services: Services,
  { username, conversation }: Pick<Membership, 'username' | 'conversation'>,
): Promise<object[]> {
  const links = await getLinks(services, conversation);
  return links
    .filter(({ by }) => by === username)
    .map(({ at, until, uses, most }) => ({
      created_at: toTime(at),
      expires_at: toTime(until),
      uses,
      max_uses: most,
    }));
}

function toLine({ seq, id, at, text, content_type, reply_to, edited_at, files }: MessageEntry): object {
  return {
    seq,
    id,
    date_added: toTime(at),
    message: text,
    content_type,
    reply_to,
    edited_at: edited_at === undefined ? null : toTime(edited_at),
    attachments: files.map(({ object: _, ...file }) => ({ ...file, path: attachmentPath(seq, file) })),
  };
}

function attachmentPath(seq: number, { id, filename }: File): string {
  return `files/${seq}-${pathPart(id)}-${pathPart(filename)}`;
}

function json(path: string, value: unknown, at: number): ArchiveFile {
  return { path, content: Buffer.from(`${JSON.stringify(value, null, 2)}\n`), at };
}
