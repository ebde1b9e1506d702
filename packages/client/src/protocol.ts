/** The types of the protocol. Generated from its schemas by `npm run generate:docs`: do not edit. */

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

export type ConversationChange = {
  readonly kind: 'created' | 'invited' | 'removed' | 'joined' | 'left' | 'title' | 'role';
  readonly by: string;
  readonly who?: string | undefined;
  readonly title?: string | undefined;
  readonly role?: Role | undefined;
  readonly members?: readonly string[] | undefined;
};

export type ConversationKind = 'direct' | 'fixed' | 'room' | 'group';

export type ConversationView = {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly title: string | null;
  readonly seq: number;
  readonly unread_count: number;
  readonly read_seq: number;
  readonly last_message: LastMessage | null;
  readonly members: readonly Member[];
};

export type FriendState = 'friends' | 'received' | 'sent';

export type LastMessage = {
  readonly seq: number;
  readonly from_user: Person;
  readonly message: string;
  readonly content_type: ContentType;
  readonly date_added: Time;
  readonly deleted: boolean;
};

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

export type Person = {
  readonly username: string;
  readonly name: string;
};

export type Profile = {
  readonly username: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly online: boolean;
  readonly last_seen: Time | null;
};

export type Role = 'owner' | 'admin' | 'member';

export type Time = string;

export type MessagePage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Message[];
};

export type ConversationPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly ConversationView[];
};

export type PeoplePage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Profile[];
};

export type Me = {
  readonly username: string;
  readonly name: string;
  readonly avatar: string | null;
};

export type UploadForm = {
  readonly id: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expires_at: Time;
};

export type ChangesPage = {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly ({
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
    readonly type: 'chat_message';
    readonly room: string;
    readonly delivered_to?: readonly string[] | undefined;
  } | {
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
    readonly type: 'message_edited';
    readonly room: string;
    readonly change: number;
  } | {
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
    readonly type: 'message_deleted';
    readonly room: string;
    readonly change: number;
  } | {
    readonly type: 'reaction';
    readonly conversation: string;
    readonly seq: number;
    readonly emoji: string;
    readonly user: string;
    readonly removed: boolean;
    readonly change: number;
  } | {
    readonly type: 'conversation_updated';
    readonly conversation: string;
    readonly seq: number;
    readonly change: ConversationChange;
    readonly by: string;
    readonly title: string | null;
    readonly message: Message;
  })[];
};

export type ServerEvent =
  | {
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
      readonly type: 'chat_message';
      readonly room: string;
      readonly delivered_to?: readonly string[] | undefined;
    }
  | {
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
      readonly type: 'message_edited';
      readonly room: string;
      readonly change: number;
    }
  | {
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
      readonly type: 'message_deleted';
      readonly room: string;
      readonly change: number;
    }
  | {
      readonly type: 'message_hidden';
      readonly conversation: string;
      readonly seq: number;
    }
  | {
      readonly type: 'history_cleared';
      readonly conversation: string;
      readonly up_to: number;
    }
  | {
      readonly type: 'reaction';
      readonly conversation: string;
      readonly seq: number;
      readonly emoji: string;
      readonly user: string;
      readonly removed: boolean;
      readonly change: number;
    }
  | {
      readonly type: 'typing';
      readonly conversation: string;
      readonly user: string;
      readonly typing: boolean;
    }
  | {
      readonly type: 'user_join';
      readonly conversation: string;
      readonly user: string;
    }
  | {
      readonly type: 'user_leave';
      readonly conversation: string;
      readonly user: string;
    }
  | {
      readonly type: 'presence';
      readonly user: string;
      readonly online: boolean;
      readonly last_seen: Time | null;
    }
  | {
      readonly type: 'friend_requested';
      readonly by: string;
      readonly person: Profile;
    }
  | {
      readonly type: 'friend_accepted';
      readonly by: string;
      readonly person: Profile;
    }
  | {
      readonly type: 'friend_removed';
      readonly user: string;
    }
  | {
      readonly type: 'online_user_list';
      readonly conversation: string;
      readonly users: readonly string[];
    }
  | {
      readonly type: 'last_50_messages';
      readonly conversation: string;
      readonly messages: readonly Message[];
      readonly has_more: boolean;
    }
  | {
      readonly type: 'messages_read';
      readonly conversation: string;
      readonly user: string;
      readonly up_to: number;
    }
  | {
      readonly type: 'message_delivered';
      readonly conversation: string;
      readonly seq: number;
      readonly to: readonly string[];
    }
  | {
      readonly type: 'unread_count';
      readonly unread_count: number;
    }
  | {
      readonly type: 'new_message_notification';
      readonly conversation: string;
      readonly unread_count: number;
      readonly name: string;
      readonly message: Message;
      readonly mentioned?: true | undefined;
    }
  | {
      readonly type: 'single_conversation_unread_count';
      readonly conversation: string;
      readonly unread_count: number;
    }
  | {
      readonly type: 'single_conversation_new_message_notification';
      readonly conversation: string;
      readonly unread_count: number;
      readonly name: string;
      readonly message: Message;
      readonly mentioned?: true | undefined;
    }
  | {
      readonly type: 'conversations';
      readonly count: number;
      readonly next: string | null;
      readonly previous: null;
      readonly results: readonly ConversationView[];
    }
  | {
      readonly type: 'conversation_updated';
      readonly conversation: string;
      readonly seq: number;
      readonly change: ConversationChange;
      readonly by: string;
      readonly title: string | null;
      readonly message: Message;
    }
  | {
      readonly type: 'pong';
    }
  | {
      readonly type: 'error';
      readonly code: 'unauthenticated' | 'token_expired' | 'forbidden' | 'unknown_conversation' | 'unknown_user' | 'not_found' | 'invalid_frame' | 'too_large' | 'rate_limited' | 'conflict' | 'attachment_missing' | 'attachment_rejected' | 'internal';
      readonly message: string;
      readonly client_id?: string | undefined;
      readonly retry_after?: number | undefined;
    };

export const errorCodes = ['unauthenticated', 'token_expired', 'forbidden', 'unknown_conversation', 'unknown_user', 'not_found', 'invalid_frame', 'too_large', 'rate_limited', 'conflict', 'attachment_missing', 'attachment_rejected', 'internal'] as const;

export type ErrorCode = (typeof errorCodes)[number];

