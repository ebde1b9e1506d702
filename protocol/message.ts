/** Messages, people and conversations on the wire. Source: docs/protocol.md, section 5. */
import * as z from 'zod/mini';

/** ISO 8601, UTC, with milliseconds: `2026-11-20T09:40:05.123Z` */
export const Time = z.iso.datetime();

export const Person = z.object({ username: z.string(), name: z.string() });
export type Person = z.infer<typeof Person>;

/**
 * A file of a message. `url` is signed when the message is read, and valid for an hour. `width` and `height` of a picture or film are the
 * uploader's, in pixels: both or neither.
 */
export const Attachment = z.object({
  id: z.string(),
  filename: z.string(),
  content_type: z.string(),
  size: z.int(),
  width: z.optional(z.int()),
  height: z.optional(z.int()),
  url: z.string(),
});
export type Attachment = z.infer<typeof Attachment>;

export const ContentType = z.enum(['text', 'image', 'file', 'system']);
export type ContentType = z.infer<typeof ContentType>;

export const Message = z.object({
  id: z.string(),
  seq: z.int(),
  conversation: z.string(),
  from_user: Person,
  message: z.string(),
  content_type: ContentType,
  attachments: z.array(Attachment),
  multimedia_url: z.nullable(z.string()),
  reply_to: z.nullable(z.int()),
  /** User names of the members whom the text mentions, in the order of the text. */
  mentions: z.array(z.string()),
  reactions: z.record(z.string(), z.array(z.string())),
  date_added: Time,
  edited_at: z.nullable(Time),
  deleted: z.boolean(),
  client_id: z.optional(z.string()),
});
export type Message = Readonly<z.infer<typeof Message>>;

/** The newest message of a conversation as lists show it: the beginning of its text, and no addresses. */
export const LastMessage = z.object({
  seq: z.int(),
  from_user: Person,
  message: z.string(),
  content_type: ContentType,
  date_added: Time,
  deleted: z.boolean(),
});
export type LastMessage = z.infer<typeof LastMessage>;

/**
 * Permissions: an `owner` may do everything. An `admin` of a group may invite, remove, pin messages, and change title, picture and description;
 * a `moderator` of a room may remove, delete and pin messages, and change title, picture and description. In other conversations everybody is a
 * `member`.
 */
export const Role = z.enum(['owner', 'admin', 'moderator', 'member']);
export type Role = z.infer<typeof Role>;

/**
 * What happened to a conversation, and who did it. `who` is the person concerned, if that is somebody else. `role` is their new role; an owner
 * who transfers ownership becomes `admin`. `members` are the first members of a new group. Without its `description`, a change of the
 * description took it away; with `taken_away`, a change of the picture did. `message_seq` is the message that was pinned or unpinned.
 */
export const ConversationChange = z.object({
  kind: z.enum([
    'created',
    'invited',
    'removed',
    'joined',
    'left',
    'title',
    'role',
    'description',
    'picture',
    'pinned',
    'unpinned',
  ]),
  by: z.string(),
  who: z.optional(z.string()),
  title: z.optional(z.string()),
  description: z.optional(z.string()),
  taken_away: z.optional(z.literal(true)),
  message_seq: z.optional(z.int()),
  role: z.optional(Role),
  members: z.optional(z.array(z.string())),
});
export type ConversationChange = Readonly<z.infer<typeof ConversationChange>>;

/**
 * A member, and how far they have read. `last_seen` is null while they are online, and before their first connection. Messages up to
 * `delivered_until` have been delivered to a connection of theirs.
 */
export const Member = z.object({
  username: z.string(),
  name: z.string(),
  role: Role,
  read_seq: z.int(),
  online: z.boolean(),
  last_seen: z.nullable(Time),
  delivered_until: z.nullable(Time),
});
export type Member = z.infer<typeof Member>;

/** A user as others see them. `avatar` is a signed address, valid for an hour. */
export const Profile = z.object({
  username: z.string(),
  name: z.string(),
  avatar: z.nullable(z.string()),
  online: z.boolean(),
  last_seen: z.nullable(Time),
});
export type Profile = z.infer<typeof Profile>;

/** The user of the token. `avatar` is a signed address, valid for an hour. */
export const Me = z.object({
  username: z.string(),
  name: z.string(),
  avatar: z.nullable(z.string()),
  /** Only where it is so: nobody else sees whether you are online. */
  hide_presence: z.optional(z.literal(true)),
});
export type Me = z.infer<typeof Me>;

/** You are invited to a managed group by `person`, whose user name is `by`. */
export const Invitation = z.object({
  conversation: z.string(),
  title: z.nullable(z.string()),
  by: z.string(),
  person: Profile,
  invited_at: Time,
});
export type Invitation = z.infer<typeof Invitation>;

/** A message that members find above all others, until it is taken down. */
export const PinnedMessage = z.object({ message: Message, pinned_by: Person, pinned_at: Time });
export type PinnedMessage = z.infer<typeof PinnedMessage>;

/** Whoever has the code of an invite link may become a member of the group, until the link has expired or was used up. */
export const InviteLink = z.object({
  code: z.string(),
  conversation: z.string(),
  by: z.string(),
  created_at: Time,
  expires_at: Time,
  uses: z.int(),
  max_uses: z.int(),
});
export type InviteLink = z.infer<typeof InviteLink>;

/** Friends, or an open request that was `sent` or `received`. */
export const FriendState = z.enum(['friends', 'received', 'sent']);
export type FriendState = z.infer<typeof FriendState>;

/** What a user is notified of: every message, only those that mention them, or nothing. */
export const NotifyLevel = z.enum(['all', 'mentions', 'none']);
export type NotifyLevel = z.infer<typeof NotifyLevel>;

/**
 * A member's own settings of a conversation, of which nobody else learns. `muted_until`: until then only mentions notify. `archived`: put away
 * until the next message, or, while it is muted, for longer; `archived_seq` was the newest message then. `pinned`: listed before the others. `unread_from`: the message from which on the
 * member has marked it as unread; `marked_seq` was their cursor then. `quiet`: its unread messages do not count in the total now.
 */
export const ConversationSettings = z.object({
  muted_until: z.nullable(Time),
  notify: NotifyLevel,
  archived: z.boolean(),
  archived_seq: z.nullable(z.int()),
  pinned: z.boolean(),
  unread_from: z.nullable(z.int()),
  marked_seq: z.nullable(z.int()),
  quiet: z.boolean(),
});
export type ConversationSettings = Readonly<z.infer<typeof ConversationSettings>>;

export const ConversationKind = z.enum(['direct', 'fixed', 'room', 'group']);

/** One conversation as its member sees it. In lists `members` is empty for rooms and groups, which may have thousands. */
export const ConversationView = z.object({
  id: z.string(),
  kind: ConversationKind,
  title: z.nullable(z.string()),
  /** Only of a group or room that has one: the signed address of its picture, valid for an hour. */
  picture: z.optional(z.string()),
  /** Only of a group or room that has one, and not in lists. */
  description: z.optional(z.string()),
  /** Only where messages are pinned: how many. */
  pinned_messages: z.optional(z.int()),
  seq: z.int(),
  unread_count: z.int(),
  /** It is muted now: no pushes and no notifications, and it does not count in the total of unread messages. */
  muted: z.optional(z.literal(true)),
  /** Only if one of them is not as at the beginning. */
  settings: z.optional(ConversationSettings),
  read_seq: z.int(),
  last_message: z.nullable(LastMessage),
  /** In a large conversation it has you alone. In lists of conversations it is empty for rooms and groups. */
  members: z.array(Member),
  /** Only of a large conversation: how many members it has and how many are online, as they were counted last; null before that. */
  member_count: z.optional(z.nullable(z.int())),
  online: z.optional(z.nullable(z.int())),
  /** Only of a room: its owner. Null: nobody. */
  owner: z.optional(z.nullable(z.string())),
  /** Only in the answer to who has just invited them: users who are no members until they accept. */
  invited: z.optional(z.array(z.string())),
});
export type ConversationView = z.infer<typeof ConversationView>;
