/** Bodies and answers of the HTTP API. Source: docs/protocol.md, section 6. */
import * as z from 'zod/mini';
import { errorCodes } from './errors.ts';
import { events } from './events.ts';
import { between, cleanedName, cleanedText, clientId, emoji, seq, text, trimmedText, uploadId } from './fields.ts';
import { fold } from './fold.ts';
import { frameFields } from './frames.ts';
import { replyOf } from './legacy.ts';
import { limits } from './limits.ts';
import {
  ConversationSettings,
  ConversationView,
  FriendState,
  Invitation,
  InviteLink,
  Member,
  Message,
  NotifyLevel,
  PinnedMessage,
  Profile,
  Role,
  Time,
} from './message.ts';
import { isUserName } from './names.ts';
import { searchWords } from './search.ts';

/** A page in the shape that the replaced programs share. `next` and `previous` are addresses, or null at the end. */
function page<T extends z.ZodMiniType>(result: T) {
  return z.object({
    count: z.int(),
    next: z.nullable(z.string()),
    previous: z.nullable(z.string()),
    results: z.array(result),
  });
}

/** `count`: how many messages there are for you, deleted ones not among them; null where messages expire. */
export const MessagePage = z.extend(page(Message), { count: z.nullable(z.int()) });
export type MessagePage = z.infer<typeof MessagePage>;

/** A message after a change; `change` is the number of the change's entry. */
export const ChangedMessage = z.extend(Message, { change: z.int() });
export type ChangedMessage = z.infer<typeof ChangedMessage>;
export const ConversationPage = page(ConversationView);
export type ConversationPage = z.infer<typeof ConversationPage>;
export const MemberPage = page(Member);
export type MemberPage = z.infer<typeof MemberPage>;
export const PeoplePage = page(Profile);
export type PeoplePage = z.infer<typeof PeoplePage>;
export const PinnedPage = page(PinnedMessage);
export type PinnedPage = z.infer<typeof PinnedPage>;
export const InviteLinkPage = page(InviteLink);
export type InviteLinkPage = z.infer<typeof InviteLinkPage>;

/** How far the deletion of an account is. */
export const Deletion = z.object({
  state: z.enum(['running', 'done']),
  begun_at: Time,
  done_at: z.nullable(Time),
  /** What becomes of the messages: others see them as those of a deleted user, or nobody sees them any more. */
  messages: z.enum(['keep', 'erase']),
  /** How many conversations have been left. */
  conversations: z.int(),
  /** How many messages have been erased. */
  erased: z.int(),
});
export type Deletion = z.infer<typeof Deletion>;

/** How far an archive is. `url` is a signed address, valid for an hour; ask again for another one. */
export const Export = z.object({
  state: z.enum(['running', 'ready']),
  begun_at: Time,
  /** How many messages and files are in it by now. */
  messages: z.int(),
  files: z.int(),
  /** Bytes of the archive, when it is ready. */
  size: z.nullable(z.int()),
  url: z.nullable(z.string()),
  /** When the archive is deleted. */
  expires_at: z.nullable(Time),
});
export type Export = z.infer<typeof Export>;

/** The id of a group without `group:`, and 128 random bits. Its first part finds the group, and whoever guesses codes finds nothing. */
const code = 'must be the code of an invite link';

/** Parameters of a path. */
const username = 'must be a user name: a-z 0-9 . - and %xx';
export const path = {
  seq: z.pipe(
    z.string().check(z.regex(/^[1-9]\d{0,11}$/, { error: 'must be a whole number from 1' })),
    z.transform(Number),
  ),
  username: z.string().check(z.toLowerCase(), z.refine(isUserName, { error: username })),
  emoji,
  attachment: uploadId,
  code: z.string().check(z.toLowerCase(), z.regex(/^[0-9a-hjkmnp-tv-z]{26}[0-9a-f]{32}$/, { error: code })),
} as const;

/** A number in a query string. */
const number = (says: string) =>
  z.optional(z.pipe(z.string({ error: says }).check(z.regex(/^\d{1,12}$/, { error: says })), z.transform(Number)));

const results = number(`must be a number from 1 to ${limits.pageMaximum}`);

/**
 * The maximum of results on a page. The replaced programs call it `page_size` and number their pages with `page`. In a log that grows while it
 * is read page numbers would shift, so only page 1 can be asked for by number.
 */
const paging = {
  limit: z._default(results, limits.pageDefault),
  page_size: results,
  page: z.optional(z.literal('1', { error: 'can only be 1: every further page is at the address that next gives' })),
};

/** The log itself, as the events that were sent live, for clients that were offline. */
export const ChangesPage = page(
  z.union([
    events.chat_message,
    events.message_edited,
    events.message_deleted,
    events.messages_erased,
    events.reaction,
    events.conversation_updated,
  ]),
);
export type ChangesPage = z.infer<typeof ChangesPage>;

const words = `must be words, together 1 to ${limits.searchLength} characters`;

export const HistoryQuery = z.object({
  /** Words to search for, see search.ts. */
  q: z.optional(
    trimmedText(limits.searchLength, words).check(z.refine((query) => searchWords(query).length > 0, { error: words })),
  ),
  /** `true`: the log itself from `after` on. */
  changes: z.optional(z.enum(['true', 'false'], { error: 'must be true or false' })),
  before: number('must be the seq of a message'),
  after: number('must be the seq of a message'),
  around: number('must be the seq of a message'),
  ...paging,
});

/** Conversations, and lists that are read as a whole. */
export const ListQuery = z.object({
  /** A place in the list, from the address of another page. */
  at: z.optional(z.string()),
  /** Of clients from before there were places. */
  offset: z._default(number('must be a number from 0'), 0),
  ...paging,
});

export const MembersQuery = z.object({
  /** `true`: only members who are online. */
  online: z.optional(z.enum(['true', 'false'], { error: 'must be true or false' })),
  /** `true`: instead of members, those who were removed from the room. For its owner and moderators. */
  removed: z.optional(z.enum(['true', 'false'], { error: 'must be true or false' })),
  /** The page begins after this user name. */
  after: z.optional(
    z.string().check(z.toLowerCase(), z.refine(isUserName, { error: 'must be the user name of a member' })),
  ),
  ...paging,
});

const state = 'must be friends, received or sent';

export const FriendsQuery = z.extend(ListQuery, {
  state: z._default(z.enum(FriendState.options, { error: state }), 'friends'),
});
/** `friends` if the other person had asked before. */
export const FriendAnswer = z.object({ state: z.enum(['friends', 'sent']) });
export type FriendAnswer = z.infer<typeof FriendAnswer>;

export const InvitationPage = page(Invitation);
export type InvitationPage = z.infer<typeof InvitationPage>;

export const InvitationsQuery = z.object({
  /** The page begins after the invitation to this group. */
  after: z.optional(z.string().check(z.maxLength(64, { error: 'must be the id of a group' }))),
  ...paging,
});

const title = `must be a text of 1 to ${limits.titleLength} characters`;
const Title = cleanedName(limits.titleLength, title);
const people = `must be a list of at most ${limits.groupBeginners} user names`;
const userName = z
  .string({ error: 'must be a user name' })
  .check(z.toLowerCase(), z.refine(isUserName, { error: 'must be a user name' }));

/** The same `client_id` again gives the same group. */
export const CreateGroupBody = z.object({
  title: Title,
  members: z.array(userName, { error: people }).check(z.maxLength(limits.groupBeginners, { error: people })),
  client_id: z.optional(clientId),
});

const roles = 'must be roles by user name: owner, admin or member in a group, owner, moderator or member in a room';
const description = `must be a text of 1 to ${limits.descriptionLength} characters, or null`;
const picture = 'must be the id of an upload, or null';

/** A missing field stays as it is; null takes the description or the picture away. */
export const UpdateGroupBody = z.object({
  title: z.optional(Title),
  description: z.optional(z.nullable(cleanedText(limits.descriptionLength, description))),
  picture: z.optional(z.nullable(text(picture).check(z.maxLength(limits.uploadIdLength, { error: picture })))),
  roles: z.optional(
    z
      .record(userName, z.enum(Role.options, { error: roles }), { error: roles })
      .check(z.refine((all) => Object.keys(all).length <= limits.groupBeginners, { error: people })),
  ),
});

const yesOrNo = 'must be true or false';
const until = 'must be a time such as 2026-11-20T09:40:05.123Z, or null';
const level = 'must be all, mentions or none';

/** A missing field stays as it is. */
export const SettingsBody = z
  .object({
    muted_until: z.optional(z.nullable(z.iso.datetime({ error: until }))),
    notify: z.optional(z.enum(NotifyLevel.options, { error: level })),
    archived: z.optional(z.boolean({ error: yesOrNo })),
    pinned: z.optional(z.boolean({ error: yesOrNo })),
    unread_from: z.optional(z.nullable(seq)),
  })
  .check(
    z.refine(({ archived, pinned }) => !(archived && pinned), {
      path: ['pinned'],
      error: 'and archived cannot both be true: a pinned conversation is listed first, an archived one is put away',
    }),
  );
export type SettingsBody = z.infer<typeof SettingsBody>;
export const SettingsAnswer = z.object({ settings: ConversationSettings, unread_count: z.int() });
export type SettingsAnswer = z.infer<typeof SettingsAnswer>;

const expires = `must be a number of seconds from ${limits.inviteLinkLeastSeconds} to ${limits.inviteLinkSeconds}`;
const uses = `must be a number from 1 to ${limits.inviteLinkUses}`;

/** How long a link works, in seconds, and for how many people. */
export const InviteLinkBody = z.object({
  expires_in: z._default(
    between(limits.inviteLinkLeastSeconds, limits.inviteLinkSeconds, expires),
    limits.inviteLinkUsualSeconds,
  ),
  max_uses: z._default(between(1, limits.inviteLinkUses, uses), limits.inviteLinkUsualUses),
});

/** What somebody sees of a group to which they have a link. `member`: they are in it already. */
export const InviteLinkView = z.object({
  conversation: z.string(),
  title: z.nullable(z.string()),
  picture: z.optional(z.string()),
  description: z.optional(z.string()),
  person: Profile,
  expires_at: Time,
  member: z.boolean(),
});
export type InviteLinkView = z.infer<typeof InviteLinkView>;

const query = `must be the beginning of a name, 1 to ${limits.nameLength} characters`;

export const PeopleQuery = z.object({
  query: z.optional(
    trimmedText(limits.nameLength, query).check(z.refine((text) => fold(text).trim() !== '', { error: query })),
  ),
  /** A place in the list, from the address of another page. */
  at: z.optional(z.string()),
  ...paging,
});

const name = `must be a text of 1 to ${limits.nameLength} characters`;
const avatar = 'must be the id of an upload, or null';

/** A missing field stays as it is; `avatar: null` removes the picture. */
export const MeBody = z.object({
  name: z.optional(cleanedName(limits.nameLength, name)),
  avatar: z.optional(z.nullable(text(avatar).check(z.maxLength(limits.uploadIdLength, { error: avatar })))),
  hide_presence: z.optional(z.boolean({ error: yesOrNo })),
});

export const CreateBody = z.pipe(
  z.omit(frameFields.create, { type: true, conversation: true }),
  z.transform(({ reply_to, ref_message, ...body }) => ({ ...body, reply_to: replyOf({ reply_to, ref_message }) })),
);
export const EditBody = z.pick(frameFields.edit, { message: true, client_id: true });
export const DeleteQuery = z.pick(frameFields.delete, { for: true, client_id: true });
export const ReadBody = z.omit(frameFields.read_messages, { type: true, conversation: true, quiet: true });
export const ReactionQuery = z.object({ client_id: z.optional(clientId) });
export const ClearQuery = z.object({ up_to: number('must be the seq of a message') });
export const ReadAnswer = z.object({ up_to: z.int(), unread_count: z.int() });

const filename = `must be a name of 1 to ${limits.filenameLength} characters`;
const size = `must be a number of bytes from 1 to ${limits.attachmentBytes}`;
const contentType = 'must be a media type such as image/png, or empty for one that the content tells';

const pixels = `must be a number of pixels from 1 to ${limits.attachmentPixels}`;
const Pixels = between(1, limits.attachmentPixels, pixels);
const together = 'and height must come together';
const onlyOfPictures = 'and height can only be said of image/* and video/*';

/** In letters of any case, with parameters or without: `audio/webm; codecs=opus`. It is kept in lower case and without spaces between them. */
const MediaType = z.pipe(
  z._default(
    z
      .string({ error: contentType })
      .check(
        z.regex(
          /^([A-Za-z]{1,20}\/[A-Za-z0-9.+-]{1,100}(\s*;\s*[A-Za-z0-9-]{1,20}=([\w.+-]{1,60}|"[\w ,.+-]{1,60}")){0,2})?$/,
          { error: contentType },
        ),
      ),
    '',
  ),
  z.transform((type) => {
    const [essence = '', ...parameters] = type.split(/\s*;\s*/);
    return [essence.toLowerCase(), ...parameters].join(';');
  }),
);

const FileBody = z.object({
  filename: cleanedName(limits.filenameLength, filename).check(z.maxLength(limits.filenameLength, { error: filename })),
  content_type: MediaType,
  size: between(1, limits.attachmentBytes, size),
});

/** `width` and `height`, so that a page can reserve the picture's place before it loads. */
export const AttachBody = z.extend(FileBody, { width: z.optional(Pixels), height: z.optional(Pixels) }).check(
  z.refine(({ width, height }) => (width === undefined) === (height === undefined), {
    path: ['width'],
    error: together,
  }),
  z.refine(({ width, content_type: type }) => width === undefined || /^((image|video)\/|$)/.test(type), {
    path: ['width'],
    error: onlyOfPictures,
  }),
);

const pictureType = 'must be image/png, image/jpeg, image/gif or image/webp';
const pictureSize = `must be a number of bytes from 1 to ${limits.avatarBytes}`;

/** Pictures that every browser shows, and that have no scripts. */
export const isAvatarType = (type: string) => /^image\/(png|jpeg|gif|webp)(;|$)/.test(type);

export const AvatarBody = z.extend(FileBody, {
  content_type: MediaType.check(z.refine((type) => type === '' || isAvatarType(type), { error: pictureType })),
  size: between(1, limits.avatarBytes, pictureSize),
});

/** POST the file to `url` as a multipart form: all `fields` first, then the file as `file`. Then `create` with `attachments: [id]`, or `PATCH /me` with `avatar: id`. */
export const UploadForm = z.object({
  id: z.string(),
  url: z.string(),
  fields: z.record(z.string(), z.string()),
  expires_at: Time,
});
export type UploadForm = z.infer<typeof UploadForm>;

const endpoint = `must be the address of a push service, at most ${limits.pushEndpointLength} characters`;
const keys = 'must be the keys of a push subscription: p256dh and auth';
const p256dh = 'must be the p256dh of a push subscription: 65 bytes in base64url';
const auth = 'must be the auth of a push subscription: 16 bytes in base64url';

/** A push device: an app with its FCM token in the path, or a browser with its subscription as `toJSON()` gives it. */
export const DeviceBody = z.discriminatedUnion(
  'platform',
  [
    z.object({ platform: z.literal('fcm') }),
    z.object({
      platform: z.literal('web'),
      endpoint: z.string({ error: endpoint }).check(z.maxLength(limits.pushEndpointLength, { error: endpoint })),
      keys: z.object(
        {
          p256dh: z.string({ error: p256dh }).check(z.regex(/^B[A-P][A-Za-z0-9_-]{85}=?$/, { error: p256dh })),
          auth: z.string({ error: auth }).check(z.regex(/^[A-Za-z0-9_-]{21}[AQgw](==)?$/, { error: auth })),
        },
        { error: keys },
      ),
    }),
  ],
  { error: 'must be fcm or web' },
);
export type DeviceBody = z.infer<typeof DeviceBody>;

const token = `must be a token of 1 to ${limits.deviceTokenLength} letters, digits and any of - _ : . ~`;
export const DeviceToken = z
  .string({ error: token })
  .check(z.maxLength(limits.deviceTokenLength, { error: token }), z.regex(/^[A-Za-z0-9_:.~-]+$/, { error: token }));

/** Where a user gets pushes. The addresses are secrets, and a device is known by its id. */
export const Device = z.object({
  id: z.string(),
  platform: z.enum(['fcm', 'web']),
  /** The host of the browser's push service; null for an app. */
  service: z.nullable(z.string()),
  registered_at: Time,
  expires_at: Time,
});
export const DevicesAnswer = z.object({ devices: z.array(Device) });
export type DevicesAnswer = z.infer<typeof DevicesAnswer>;

/** The FCM token, as one of the replaced programs sends it. */
export const TokenBody = z.object({ token: DeviceToken });
export const TokenAnswer = z.object({ token: z.string() });
export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** `public_key` is the `applicationServerKey` with which a page subscribes; null if the server does not push to browsers. */
export const PushAnswer = z.object({ web: z.nullable(z.object({ public_key: z.string() })), fcm: z.boolean() });
export type PushAnswer = z.infer<typeof PushAnswer>;

export const ErrorAnswer = z.object({
  error: z.object({ code: z.enum(errorCodes), message: z.string(), retry_after: z.optional(z.int()) }),
});
