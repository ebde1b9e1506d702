/** The types of the protocol. Generated from its schemas by `npm run generate:docs`: do not edit. */

/**
 * A file of a message. `url` is signed when the message is read, and valid for an hour. `width` and `height` of a picture or film are the
 * uploader's, in pixels: both or neither.
 */
export type Attachment = {
  readonly id: string;
  readonly filename: string;
  readonly content_type: string;
  readonly size: number;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly url: string;
};

export type ContentType = 'text' | 'image' | 'file' | 'system';

/**
 * What happened to a conversation, and who did it. `who` is the person concerned, if that is somebody else. `role` is their new role; an owner
 * who transfers ownership becomes `admin`. `members` are the first members of a new group. Without its `description`, a change of the
 * description took it away; with `taken_away`, a change of the picture did. `message_seq` is the message that was pinned or unpinned.
 */
export type ConversationChange = {
  readonly kind: 'created' | 'invited' | 'removed' | 'joined' | 'left' | 'title' | 'role' | 'description' | 'picture' | 'pinned' | 'unpinned';
  readonly by: string;
  readonly who?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly taken_away?: true | undefined;
  readonly message_seq?: number | undefined;
  readonly role?: Role | undefined;
  readonly members?: readonly string[] | undefined;
};

export type ConversationKind = 'direct' | 'fixed' | 'room' | 'group';

/**
 * A member's own settings of a conversation, of which nobody else learns. `muted_until`: until then only mentions notify. `archived`: put away
 * until the next message, or, while it is muted, for longer; `archived_seq` was the newest message then. `pinned`: listed before the others. `unread_from`: the message from which on the
 * member has marked it as unread; `marked_seq` was their cursor then. `quiet`: its unread messages do not count in the total now.
 */
export type ConversationSettings = {
  readonly muted_until: Time | null;
  readonly notify: NotifyLevel;
  readonly archived: boolean;
  readonly archived_seq: number | null;
  readonly pinned: boolean;
  readonly unread_from: number | null;
  readonly marked_seq: number | null;
  readonly quiet: boolean;
};

/** One conversation as its member sees it. In lists `members` is empty for rooms and groups, which may have thousands. */
export type ConversationView = {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly title: string | null;
  readonly picture?: string | undefined;
  readonly description?: string | undefined;
  readonly pinned_messages?: number | undefined;
  readonly seq: number;
  readonly unread_count: number;
  readonly muted?: true | undefined;
  readonly settings?: ConversationSettings | undefined;
  readonly read_seq: number;
  readonly last_message: LastMessage | null;
  readonly members: readonly Member[];
  readonly member_count?: number | null | undefined;
  readonly online?: number | null | undefined;
  readonly owner?: string | null | undefined;
  readonly invited?: readonly string[] | undefined;
};

/** Friends, or an open request that was `sent` or `received`. */
export type FriendState = 'friends' | 'received' | 'sent';

/** You are invited to a managed group by `person`, whose user name is `by`. */
export type Invitation = {
  readonly conversation: string;
  readonly title: string | null;
  readonly by: string;
  readonly person: Profile;
  readonly invited_at: Time;
};

/** Whoever has the code of an invite link may become a member of the group, until the link has expired or was used up. */
export type InviteLink = {
  readonly code: string;
  readonly conversation: string;
  readonly by: string;
  readonly created_at: Time;
  readonly expires_at: Time;
  readonly uses: number;
  readonly max_uses: number;
};

/** The newest message of a conversation as lists show it: the beginning of its text, and no addresses. */
export type LastMessage = {
  readonly seq: number;
  readonly from_user: Person;
  readonly message: string;
  readonly content_type: ContentType;
  readonly date_added: Time;
  readonly deleted: boolean;
};

/** The user of the token. `avatar` is a signed address, valid for an hour. */
export type Me = {
  readonly username: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly hide_presence?: true | undefined;
};

/**
 * A member, and how far they have read. `last_seen` is null while they are online, and before their first connection. Messages up to
 * `delivered_until` have been delivered to a connection of theirs.
 */
export type Member = {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly read_seq: number;
  readonly online: boolean;
  readonly last_seen: Time | null;
  readonly delivered_until: Time | null;
};

export type Message = {
  readonly id: string;
  readonly seq: number;
  readonly conversation: string;
  readonly from_user: Person;
  readonly message: string;
  readonly content_type: ContentType;
  readonly attachments: readonly Attachment[];
  readonly multimedia_url: string | null;
  readonly reply_to: number | null;
  readonly mentions: readonly string[];
  readonly reactions: Readonly<Record<string, readonly string[]>>;
  readonly date_added: Time;
  readonly edited_at: Time | null;
  readonly deleted: boolean;
  readonly client_id?: string | undefined;
};

/** What a user is notified of: every message, only those that mention them, or nothing. */
export type NotifyLevel = 'all' | 'mentions' | 'none';

export type Person = { readonly username: string; readonly name: string };

/** A message that members find above all others, until it is taken down. */
export type PinnedMessage = { readonly message: Message; readonly pinned_by: Person; readonly pinned_at: Time };

/** A user as others see them. `avatar` is a signed address, valid for an hour. */
export type Profile = {
  readonly username: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly online: boolean;
  readonly last_seen: Time | null;
};

/**
 * Permissions: an `owner` may do everything. An `admin` of a group may invite, remove, pin messages, and change title, picture and description;
 * a `moderator` of a room may remove, delete and pin messages, and change title, picture and description. In other conversations everybody is a
 * `member`.
 */
export type Role = 'owner' | 'admin' | 'moderator' | 'member';

/** ISO 8601, UTC, with milliseconds: `2026-11-20T09:40:05.123Z` */
export type Time = string;

/** How far the deletion of an account is. */
export type Deletion = {
  readonly state: 'running' | 'done';
  readonly begun_at: Time;
  readonly done_at: Time | null;
  readonly messages: 'keep' | 'erase';
  readonly conversations: number;
  readonly erased: number;
};

/** How far an archive is. `url` is a signed address, valid for an hour; ask again for another one. */
export type Export = {
  readonly state: 'running' | 'ready';
  readonly begun_at: Time;
  readonly messages: number;
  readonly files: number;
  readonly size: number | null;
  readonly url: string | null;
  readonly expires_at: Time | null;
};

/** POST the file to `url` as a multipart form: all `fields` first, then the file as `file`. Then `create` with `attachments: [id]`, or `PATCH /me` with `avatar: id`. */
export type UploadForm = {
  readonly id: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expires_at: Time;
};

export type PeoplePage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Profile[];
};

/** `friends` if the other person had asked before. */
export type FriendAnswer = { readonly state: 'friends' | 'sent' };

/** `public_key` is the `applicationServerKey` with which a page subscribes; null if the server does not push to browsers. */
export type PushAnswer = { readonly web: { readonly public_key: string } | null; readonly fcm: boolean };

export type DevicesAnswer = {
  readonly devices: readonly ({
    readonly id: string;
    readonly platform: 'fcm' | 'web';
    readonly service: string | null;
    readonly registered_at: Time;
    readonly expires_at: Time;
  })[];
};

export type TokenAnswer = { readonly token: string };

export type ConversationPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly ConversationView[];
};

export type InvitationPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Invitation[];
};

export type PinnedPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly PinnedMessage[];
};

export type InviteLinkPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly InviteLink[];
};

/** What somebody sees of a group to which they have a link. `member`: they are in it already. */
export type InviteLinkView = {
  readonly conversation: string;
  readonly title: string | null;
  readonly picture?: string | undefined;
  readonly description?: string | undefined;
  readonly person: Profile;
  readonly expires_at: Time;
  readonly member: boolean;
};

export type MemberPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Member[];
};

export type SettingsAnswer = { readonly settings: ConversationSettings; readonly unread_count: number };

/** `count`: how many messages there are for you, deleted ones not among them; null where messages expire. */
export type MessagePage = {
  readonly count: number | null;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Message[];
};

/** The log itself, as the events that were sent live, for clients that were offline. */
export type ChangesPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly (ServerEvents['chat_message'] | ServerEvents['message_edited'] | ServerEvents['message_deleted'] | ServerEvents['messages_erased'] | ServerEvents['reaction'] | ServerEvents['conversation_updated'])[];
};

/** A message after a change; `change` is the number of the change's entry. */
export type ChangedMessage = Message & { readonly change: number };

export type ReadAnswer = { readonly up_to: number; readonly unread_count: number };

/** The events by their `type`. */
export type ServerEvents = {
  /** A new message. Only its author gets `client_id` and `delivered_to`; the author's copy is the acknowledgement. */
  readonly chat_message: Message & {
    readonly type: 'chat_message';
    readonly room: string;
    readonly delivered_to?: readonly string[] | undefined;
  };
  /** The message after an edit; `change` is the number of the edit's entry. */
  readonly message_edited: Message & { readonly type: 'message_edited'; readonly room: string; readonly change: number };
  /** The message after its deletion, without text and attachments; `change` is the number of the deletion's entry. */
  readonly message_deleted: Message & { readonly type: 'message_deleted'; readonly room: string; readonly change: number };
  /** Every message of `user` up to `up_to` is deleted, together with their account; `change` is the number of the entry that says so. */
  readonly messages_erased: {
    readonly type: 'messages_erased';
    readonly conversation: string;
    readonly user: string;
    readonly up_to: number;
    readonly change: number;
  };
  /** To a user's own connections: they have deleted the message for themselves. */
  readonly message_hidden: { readonly type: 'message_hidden'; readonly conversation: string; readonly seq: number };
  /** To a user's own connections: they have cleared the history up to this number for themselves. */
  readonly history_cleared: {
    readonly type: 'history_cleared';
    readonly conversation: string;
    readonly up_to: number;
  };
  /** To a user's own connections: they have muted the conversation, or ended that. */
  readonly conversation_muted: {
    readonly type: 'conversation_muted';
    readonly conversation: string;
    readonly muted: boolean;
  };
  /** To a user's own connections: their settings of the conversation as they are now, and the unread count that follows from them. */
  readonly conversation_settings: {
    readonly type: 'conversation_settings';
    readonly conversation: string;
    readonly settings: ConversationSettings;
    readonly muted: boolean;
    readonly unread_count: number;
  };
  readonly reaction: {
    readonly type: 'reaction';
    readonly conversation: string;
    readonly seq: number;
    readonly emoji: string;
    readonly user: string;
    readonly removed: boolean;
    readonly change: number;
  };
  readonly typing: {
    readonly type: 'typing';
    readonly conversation: string;
    readonly user: string;
    readonly typing: boolean;
  };
  readonly user_join: { readonly type: 'user_join'; readonly conversation: string; readonly user: string };
  readonly user_leave: { readonly type: 'user_leave'; readonly conversation: string; readonly user: string };
  readonly presence: {
    readonly type: 'presence';
    readonly user: string;
    readonly online: boolean;
    readonly last_seen: Time | null;
  };
  /** `by` has asked. `person` is the other person, as the receiver of this event sees them. */
  readonly friend_requested: { readonly type: 'friend_requested'; readonly by: string; readonly person: Profile };
  /** `by` has accepted. `person` is as in `friend_requested`. */
  readonly friend_accepted: { readonly type: 'friend_accepted'; readonly by: string; readonly person: Profile };
  /** A friendship or a request has ended; `user` is the other person. */
  readonly friend_removed: { readonly type: 'friend_removed'; readonly user: string };
  /** To a user's own connections: they have blocked `person`. */
  readonly user_blocked: { readonly type: 'user_blocked'; readonly person: Profile };
  /** To a user's own connections: they have ended their block of `user`. */
  readonly user_unblocked: { readonly type: 'user_unblocked'; readonly user: string };
  /** To a user's own connections: their profile as it is now. */
  readonly profile_changed: { readonly type: 'profile_changed'; readonly profile: Me };
  /** You are invited to a managed group by `person`, whose user name is `by`. As in the list of invitations. */
  readonly invited: {
    readonly conversation: string;
    readonly title: string | null;
    readonly by: string;
    readonly person: Profile;
    readonly invited_at: Time;
    readonly type: 'invited';
  };
  /** The invitation waits no longer: you have answered on one of your devices, or it was taken back. */
  readonly invitation_ended: { readonly type: 'invitation_ended'; readonly conversation: string };
  /** In a large conversation `users` is empty, and `online` is how many there are, once they have been counted. */
  readonly online_user_list: {
    readonly type: 'online_user_list';
    readonly conversation: string;
    readonly users: readonly string[];
    readonly online?: number | undefined;
  };
  /** In a large conversation, instead of `user_join` and `user_leave`: so many members are online now. */
  readonly presence_count: {
    readonly type: 'presence_count';
    readonly conversation: string;
    readonly online: number;
  };
  /** Newest first. */
  readonly last_50_messages: {
    readonly type: 'last_50_messages';
    readonly conversation: string;
    readonly messages: readonly Message[];
    readonly has_more: boolean;
  };
  readonly messages_read: {
    readonly type: 'messages_read';
    readonly conversation: string;
    readonly user: string;
    readonly up_to: number;
  };
  /** The message has been delivered to these users, and with it the author's earlier messages in the conversation. */
  readonly message_delivered: {
    readonly type: 'message_delivered';
    readonly conversation: string;
    readonly seq: number;
    readonly to: readonly string[];
  };
  readonly unread_count: { readonly type: 'unread_count'; readonly unread_count: number };
  readonly new_message_notification: {
    readonly type: 'new_message_notification';
    readonly conversation: string;
    readonly unread_count: number;
    readonly name: string;
    readonly message: Message;
    readonly mentioned?: true | undefined;
  };
  readonly single_conversation_unread_count: {
    readonly type: 'single_conversation_unread_count';
    readonly conversation: string;
    readonly unread_count: number;
  };
  readonly single_conversation_new_message_notification: {
    readonly type: 'single_conversation_new_message_notification';
    readonly conversation: string;
    readonly unread_count: number;
    readonly name: string;
    readonly message: Message;
    readonly mentioned?: true | undefined;
  };
  /** The inbox, latest first, as many conversations as fit one frame; `next` is the HTTP address of the rest. */
  readonly conversations: {
    readonly type: 'conversations';
    readonly count: number;
    readonly next: string | null;
    readonly previous: null;
    readonly results: readonly ConversationView[];
  };
  /** A managed group changed, or somebody left or came back to a fixed conversation. `title` is its present title; `message` is the entry as history shows it. */
  readonly conversation_updated: {
    readonly type: 'conversation_updated';
    readonly conversation: string;
    readonly seq: number;
    readonly change: ConversationChange;
    readonly by: string;
    readonly title: string | null;
    readonly message: Message;
  };
  readonly token_renewed: { readonly type: 'token_renewed'; readonly expires: Time };
  readonly pong: { readonly type: 'pong' };
  readonly error: {
    readonly type: 'error';
    readonly code: 'unauthenticated' | 'token_expired' | 'forbidden' | 'unknown_conversation' | 'unknown_user' | 'not_found' | 'invalid_frame' | 'too_large' | 'rate_limited' | 'conflict' | 'attachment_missing' | 'attachment_rejected' | 'internal';
    readonly message: string;
    readonly client_id?: string | undefined;
    readonly retry_after?: number | undefined;
  };
};

export type ServerEvent = ServerEvents[keyof ServerEvents];

export const errorCodes = [
  'unauthenticated',
  'token_expired',
  'forbidden',
  'unknown_conversation',
  'unknown_user',
  'not_found',
  'invalid_frame',
  'too_large',
  'rate_limited',
  'conflict',
  'attachment_missing',
  'attachment_rejected',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];
