/**
 * Every operation of Parley, declared once. The stack's routes, the handlers and their types, OpenAPI and AsyncAPI, and the client's types all
 * follow from this table, so that none of them can forget one. Source: docs/protocol.md, sections 3 and 6.
 */
import type * as z from 'zod/mini';
import type { ErrorCode } from './errors.ts';
import { type FrameType, frameTasks } from './frames.ts';
import * as http from './http.ts';
import type { RateKind } from './limits.ts';
import { ConversationView, InviteLink, Me, Message, Profile } from './message.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Operation {
  /** What the operation does, in a few words: "unable to <task>; …". `{username}` and `{id}` stand for the path's parameters. */
  readonly task: string;
  /** One or two sentences for OpenAPI. */
  readonly summary: string;
  /** The frame that asks for the same over a WebSocket. */
  readonly frame?: FrameType;
  /** Other types of that frame, from the replaced programs. */
  readonly frameAliases?: readonly string[];
  /** HTTP routes as API Gateway writes them. The first is the operation's own; the others are those of the replaced programs. */
  readonly routes?: readonly `${Method} /${string}`[];
  /** The path names a conversation as `{id}` or `{room}`, or the query names it as `conversation`. */
  readonly inConversation?: true;
  /** Parameters of the path besides the conversation. */
  readonly path?: Readonly<Record<string, z.ZodMiniType<unknown, string>>>;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  /** Without a body it means `{}`. */
  readonly bodyOptional?: true;
  /** The answer over HTTP. */
  readonly answer?: {
    readonly status: 200 | 201 | 202 | 204 | 302;
    readonly means: string;
    /** With several schemas, the body has one of them. Without any, there is no body. */
    readonly schemas?: readonly z.ZodMiniType[];
    /** When the answer is 204 without a body instead. */
    readonly noContent?: string;
  };
  /** The token of a user who has deleted their account may ask for it, too. All other operations refuse it. */
  readonly afterDeletion?: true;
  /**
   * The limit that a request takes a token of, besides that of all requests. `sends`: the member's send bucket of the conversation, and none of
   * the others. Some operations take tokens of other limits in addition, as far as they come to it: docs/security.md.
   */
  readonly rate?: RateKind | 'sends';
  /**
   * Besides `unauthenticated`, `forbidden` (the user name is another account's), `rate_limited` and `internal`, which every operation may answer,
   * and those of `inConversation`.
   */
  readonly errors?: readonly ErrorCode[];
}

/** Every operation in a conversation may answer these: the name may be bad, and the conversation may be closed to the caller or not exist. */
export const conversationErrors: readonly ErrorCode[] = [
  'invalid_frame',
  'forbidden',
  'unknown_user',
  'unknown_conversation',
  'rate_limited',
];

const changed = {
  status: 200,
  means: 'The message as it is now, and the number of the change.',
  schemas: [http.ChangedMessage],
} as const;

export const operations = {
  getMe: {
    task: 'read your profile',
    summary: 'Your profile. The first request creates the user.',
    routes: ['GET /me'],
    answer: { status: 200, means: 'Your profile.', schemas: [Me] },
  },
  updateMe: {
    task: 'change the profile',
    summary:
      'Changes your name or picture as others see them, and whether others see when you are online. The first request creates the user.',
    routes: ['PATCH /me'],
    body: http.MeBody,
    rate: 'profile',
    answer: { status: 200, means: 'Your profile as it is now.', schemas: [Me] },
    errors: ['invalid_frame', 'attachment_missing', 'attachment_rejected'],
  },
  deleteMe: {
    task: 'delete your account',
    summary:
      'Deletes your account for ever. From the answer on your tokens can only ask how far the deletion is. Repeating it changes nothing.',
    routes: ['DELETE /me'],
    afterDeletion: true,
    answer: { status: 202, means: 'The deletion has begun.', schemas: [http.Deletion] },
  },
  getDeletion: {
    task: 'tell how far the deletion is',
    summary: 'How far the deletion of your account is.',
    routes: ['GET /me/deletion'],
    afterDeletion: true,
    answer: { status: 200, means: 'How far it is.', schemas: [http.Deletion] },
    errors: ['not_found'],
  },
  beginExport: {
    task: 'prepare the archive',
    summary:
      'Begins an archive of your profile, friends, conversations, messages and files. Once a day. While one is being made, this answers how far it is.',
    routes: ['POST /me/export'],
    answer: { status: 202, means: 'The archive is being made.', schemas: [http.Export] },
    errors: ['rate_limited'],
  },
  getExport: {
    task: 'find the archive',
    summary: 'How far your archive is, and its address when it is ready.',
    routes: ['GET /me/export'],
    answer: { status: 200, means: 'How far it is.', schemas: [http.Export] },
    errors: ['not_found'],
  },
  createAvatarUpload: {
    task: 'prepare the upload',
    summary: 'Creates a form that uploads exactly this picture to S3. `PATCH /me` then uses it.',
    routes: ['POST /me/avatar'],
    body: http.AvatarBody,
    rate: 'forms',
    answer: { status: 201, means: 'The form. It works for 15 minutes.', schemas: [http.UploadForm] },
    errors: ['invalid_frame', 'rate_limited'],
  },
  listBlocks: {
    task: 'read the blocks',
    summary: 'The users whom you have blocked, by user name.',
    routes: ['GET /me/blocks'],
    query: http.ListQuery,
    rate: 'lists',
    answer: { status: 200, means: 'A page of profiles.', schemas: [http.PeoplePage] },
    errors: ['invalid_frame'],
  },
  blockUser: {
    task: 'block {username}',
    summary:
      'Blocks a user: the server refuses what they do in the direct conversation with you. A friendship ends. Repeating it changes nothing.',
    routes: ['PUT /me/blocks/{username}'],
    path: { username: http.path.username },
    rate: 'people',
    answer: { status: 204, means: 'The user is blocked.' },
    errors: ['invalid_frame', 'unknown_user', 'conflict'],
  },
  unblockUser: {
    task: 'unblock {username}',
    summary: 'Takes a block back. Repeating it changes nothing.',
    routes: ['DELETE /me/blocks/{username}'],
    path: { username: http.path.username },
    rate: 'people',
    answer: { status: 204, means: 'The user is not blocked.' },
    errors: ['invalid_frame'],
  },
  listFriends: {
    task: 'read the friends',
    summary: 'Your friends by user name, or the open requests that you received or sent, latest first.',
    routes: ['GET /me/friends'],
    query: http.FriendsQuery,
    rate: 'lists',
    answer: { status: 200, means: 'A page of profiles.', schemas: [http.PeoplePage] },
    errors: ['invalid_frame'],
  },
  addFriend: {
    task: 'ask {username}',
    summary: 'Asks a user to be friends, or accepts their request. Repeating it changes nothing.',
    routes: ['PUT /me/friends/{username}'],
    path: { username: http.path.username },
    rate: 'people',
    answer: {
      status: 200,
      means: '`friends`, or `sent` while the request waits for an answer.',
      schemas: [http.FriendAnswer],
    },
    errors: ['invalid_frame', 'unknown_user', 'forbidden', 'rate_limited', 'conflict'],
  },
  removeFriend: {
    task: 'part from {username}',
    summary: 'Ends a friendship, takes a request back, or refuses one. Repeating it changes nothing.',
    routes: ['DELETE /me/friends/{username}'],
    path: { username: http.path.username },
    rate: 'people',
    answer: { status: 204, means: 'There is no friendship and no request between you.' },
    errors: ['invalid_frame', 'conflict'],
  },
  signOutEverywhere: {
    task: 'sign out',
    summary:
      'Signs you out everywhere: older tokens do nothing any more, the one of this request included, and open connections are closed.',
    routes: ['DELETE /me/sessions'],
    rate: 'sessions',
    answer: { status: 204, means: 'You are signed out. Connections close within moments.' },
  },
  getPushSettings: {
    task: 'read the push settings',
    summary: 'The push services of this server, and the public key with which a page subscribes.',
    routes: ['GET /push'],
    answer: { status: 200, means: 'The key, or null, and whether FCM is used.', schemas: [http.PushAnswer] },
  },
  listDevices: {
    task: 'read the devices',
    summary: 'The apps and browsers that get pushes for you, latest registration first.',
    routes: ['GET /me/devices'],
    answer: { status: 200, means: 'At most ten devices.', schemas: [http.DevicesAnswer] },
  },
  registerDevice: {
    task: 'register the device',
    summary:
      'Registers an app or a browser for pushes while you are offline, for 60 days from now. The device then belongs to you alone.',
    routes: ['PUT /devices/{token}'],
    path: { token: http.DeviceToken },
    body: http.DeviceBody,
    answer: { status: 204, means: 'The device is registered.' },
    errors: ['invalid_frame'],
  },
  forgetDevice: {
    task: 'forget the device',
    summary:
      'Ends pushes to one of your devices, by the token with which it registered or by its `id`. An unknown device changes nothing, and neither does repeating it.',
    routes: ['DELETE /devices/{token}'],
    path: { token: http.DeviceToken },
    answer: { status: 204, means: 'The device gets no more pushes for you.' },
    errors: ['invalid_frame'],
  },
  registerToken: {
    task: 'register the device',
    summary: 'Registers an app by its FCM token, which the body contains.',
    routes: ['POST /save-token'],
    body: http.TokenBody,
    answer: { status: 201, means: 'The token.', schemas: [http.TokenAnswer] },
    errors: ['invalid_frame'],
  },
  findUsers: {
    task: 'find people',
    summary:
      'Users whose user name or shown name begins with `query`, ignoring case, in the order of the matching name. Without `query`: all users but you, by user name.',
    routes: ['GET /users'],
    query: http.PeopleQuery,
    rate: 'lists',
    answer: {
      status: 200,
      means: 'A page of profiles. `count` is the number in this page.',
      schemas: [http.PeoplePage],
    },
    errors: ['invalid_frame'],
  },
  getUser: {
    task: 'find the user',
    summary: 'The profile of a user.',
    routes: ['GET /users/{username}'],
    path: { username: http.path.username },
    answer: { status: 200, means: 'The profile.', schemas: [Profile] },
    errors: ['invalid_frame', 'unknown_user'],
  },
  listConversations: {
    task: 'read the inbox',
    summary: 'Your inbox: conversations that have messages, rooms that you joined and your groups, latest first.',
    routes: ['GET /conversations'],
    query: http.ListQuery,
    rate: 'lists',
    answer: { status: 200, means: 'A page of conversations.', schemas: [http.ConversationPage] },
    errors: ['invalid_frame'],
  },
  getConversation: {
    task: 'show the conversation',
    summary: 'One conversation, with the cursors of all members. In a large room or group: with your own.',
    routes: ['GET /conversations/{id}', 'GET /conversation/{id}'],
    inConversation: true,
    rate: 'lists',
    answer: { status: 200, means: 'The conversation as you see it.', schemas: [ConversationView] },
  },
  listInvitations: {
    task: 'read the invitations',
    summary: 'The managed groups to which you are invited and have not answered, by id.',
    routes: ['GET /me/invitations'],
    query: http.InvitationsQuery,
    rate: 'lists',
    answer: {
      status: 200,
      means: 'A page of invitations. `count` is the number in this page.',
      schemas: [http.InvitationPage],
    },
    errors: ['invalid_frame'],
  },
  acceptInvitation: {
    task: 'join {id}',
    summary: 'Accepts the invitation to a managed group: you become a member. Repeating it changes nothing.',
    routes: ['PUT /me/invitations/{id}'],
    inConversation: true,
    rate: 'groups',
    answer: { status: 200, means: 'The group.', schemas: [ConversationView] },
    errors: ['not_found', 'conflict'],
  },
  declineInvitation: {
    task: 'decline {id}',
    summary: 'Declines the invitation to a managed group. The group is not told. Repeating it changes nothing.',
    routes: ['DELETE /me/invitations/{id}'],
    inConversation: true,
    rate: 'groups',
    answer: { status: 204, means: 'You are not invited.' },
    errors: ['conflict'],
  },
  createGroup: {
    task: 'make the group',
    summary:
      'Creates a managed group that you own. Your contacts are members at once; others are invited. The same `client_id` again, with the same body, gives the same group.',
    routes: ['POST /conversations'],
    body: http.CreateGroupBody,
    rate: 'groups',
    answer: { status: 201, means: 'The group.', schemas: [ConversationView] },
    errors: ['invalid_frame', 'unknown_user', 'forbidden', 'conflict'],
  },
  updateGroup: {
    task: 'change {id}',
    summary:
      'Changes a managed group or a room. The owner and admins or moderators can change its title, its picture and its description. The owner can change roles. An owner who makes another member the owner becomes an admin or moderator. Without an owner, a room can be taken over.',
    routes: ['PATCH /conversations/{id}'],
    inConversation: true,
    body: http.UpdateGroupBody,
    rate: 'groups',
    answer: { status: 200, means: 'The group as it is now.', schemas: [ConversationView] },
    errors: ['not_found', 'conflict', 'attachment_missing', 'attachment_rejected'],
  },
  createPictureUpload: {
    task: 'prepare the upload',
    summary:
      'Creates a form that uploads exactly this picture of a managed group or a room to S3. `PATCH /conversations/{id}` then uses it. For the owner and admins or moderators.',
    routes: ['POST /conversations/{id}/picture'],
    inConversation: true,
    body: http.AvatarBody,
    rate: 'forms',
    answer: { status: 201, means: 'The form. It works for 15 minutes.', schemas: [http.UploadForm] },
  },
  listPinned: {
    task: 'list the pinned messages',
    summary: 'The pinned messages of a conversation, last pinned first. Without those that you have hidden.',
    routes: ['GET /conversations/{id}/pins'],
    inConversation: true,
    rate: 'lists',
    answer: { status: 200, means: 'All of them, at most 50.', schemas: [http.PinnedPage] },
  },
  pinMessage: {
    task: 'pin the message',
    summary:
      'Pins a message for all members. In a managed group its owner and admins can do that, in a room its owner and moderators, elsewhere everybody. Repeating it changes nothing.',
    routes: ['PUT /conversations/{id}/pins/{seq}'],
    inConversation: true,
    path: { seq: http.path.seq },
    rate: 'groups',
    answer: { status: 204, means: 'The message is pinned.' },
    errors: ['not_found', 'conflict'],
  },
  unpinMessage: {
    task: 'unpin the message',
    summary: 'Takes a pinned message down. Whoever can pin can do that. Repeating it changes nothing.',
    routes: ['DELETE /conversations/{id}/pins/{seq}'],
    inConversation: true,
    path: { seq: http.path.seq },
    rate: 'groups',
    answer: { status: 204, means: 'The message is not pinned.' },
    errors: ['conflict'],
  },
  listInviteLinks: {
    task: 'list the invite links',
    summary: 'The invite links of a managed group that work, latest first. For its owner and admins.',
    routes: ['GET /conversations/{id}/invite-links'],
    inConversation: true,
    rate: 'lists',
    answer: { status: 200, means: 'All of them, at most 20.', schemas: [http.InviteLinkPage] },
  },
  createInviteLink: {
    task: 'make the invite link',
    summary:
      'Makes a link with which others can join a managed group, for some time and for so many people. Its owner and admins can do that. It works as long as its maker manages the group.',
    routes: ['POST /conversations/{id}/invite-links'],
    inConversation: true,
    body: http.InviteLinkBody,
    bodyOptional: true,
    rate: 'groups',
    answer: { status: 201, means: 'The link.', schemas: [InviteLink] },
    errors: ['conflict'],
  },
  revokeInviteLink: {
    task: 'revoke the invite link',
    summary: 'Ends an invite link. The owner and admins can do that. Repeating it changes nothing.',
    routes: ['DELETE /conversations/{id}/invite-links/{code}'],
    inConversation: true,
    path: { code: http.path.code },
    rate: 'groups',
    answer: { status: 204, means: 'The link does not work.' },
  },
  getInviteLink: {
    task: 'follow the invite link',
    summary: 'What an invite link leads to. It uses nothing up.',
    routes: ['GET /invite-links/{code}'],
    path: { code: http.path.code },
    rate: 'lists',
    answer: { status: 200, means: 'The group, as somebody sees it who may join.', schemas: [http.InviteLinkView] },
    errors: ['invalid_frame', 'not_found'],
  },
  useInviteLink: {
    task: 'join by the invite link',
    summary: 'Makes you a member of the group to which the invite link leads. For a member it changes nothing.',
    routes: ['POST /invite-links/{code}'],
    path: { code: http.path.code },
    rate: 'groups',
    answer: { status: 200, means: 'The group.', schemas: [ConversationView] },
    errors: ['invalid_frame', 'not_found', 'conflict'],
  },
  listMembers: {
    task: 'list the members',
    summary:
      'The members of a conversation by user name. With `online=true`: those who are online. Such a page reads at most 500 members, so it may be empty although `next` is not null.',
    routes: ['GET /conversations/{id}/members'],
    inConversation: true,
    query: http.MembersQuery,
    rate: 'lists',
    answer: {
      status: 200,
      means: 'A page of members. `count` is the number in this page.',
      schemas: [http.MemberPage],
    },
  },
  addMember: {
    task: 'invite {username}',
    summary:
      'Makes a contact of yours a member of a managed group, and invites others. Its owner and admins can do that. In a room: lets somebody in again who was removed. With your own name: joins a room, comes back to a conversation with you in its name, or accepts an invitation. Repeating it changes nothing.',
    routes: ['PUT /conversations/{id}/members/{username}'],
    inConversation: true,
    path: { username: http.path.username },
    rate: 'groups',
    answer: {
      status: 200,
      means: 'The group or room as it is now, and whether the user is invited.',
      schemas: [ConversationView],
    },
    errors: ['not_found', 'conflict'],
  },
  removeMember: {
    task: 'remove {username}',
    summary:
      'Removes a member from a managed group, or takes an invitation back. Its owner and admins can do that. From a room: its owner and moderators can, and the user stays out. With your own name: leaves a room, a managed group, or a conversation that has three or more people in its name.',
    routes: ['DELETE /conversations/{id}/members/{username}'],
    inConversation: true,
    path: { username: http.path.username },
    rate: 'groups',
    answer: { status: 204, means: 'The user is no longer a member.' },
    errors: ['not_found', 'conflict'],
  },
  updateSettings: {
    task: 'change your settings of {id}',
    summary:
      'Changes your own settings of a conversation: mute, notifications, archive, pin, and from where on it is marked as unread. A missing field stays as it is. Nobody else learns of it.',
    routes: ['PATCH /conversations/{id}/settings'],
    inConversation: true,
    body: http.SettingsBody,
    rate: 'groups',
    answer: {
      status: 200,
      means: 'The settings as they are now, and the unread count.',
      schemas: [http.SettingsAnswer],
    },
    errors: ['conflict'],
  },
  muteConversation: {
    task: 'mute {id}',
    summary:
      'Mutes a conversation of any kind for you alone: no pushes, no notifications, and it does not count in the total of unread messages. Repeating it changes nothing.',
    routes: ['PUT /conversations/{id}/mute'],
    inConversation: true,
    rate: 'groups',
    answer: { status: 204, means: 'The conversation is muted for you.' },
  },
  unmuteConversation: {
    task: 'end the muting of {id}',
    summary: 'Takes muting back. Repeating it changes nothing.',
    routes: ['DELETE /conversations/{id}/mute'],
    inConversation: true,
    rate: 'groups',
    answer: { status: 204, means: 'The conversation is not muted.' },
  },
  listMessages: {
    task: 'read the history',
    summary:
      'Messages, newest first. With `after`: oldest first. Give at most one of `before`, `after` and `around`. Only `around` includes the message that it names. With `after` and `changes=true`: the log itself, messages and their changes. With `q`: the messages that contain all its words, newest first. A search page reads at most 500 entries, so it may be empty although `next` is not null.',
    routes: [
      'GET /conversations/{id}/messages',
      'GET /messages',
      'GET /chat/{room}/history',
      'GET /chat/{room}/messages',
    ],
    inConversation: true,
    query: http.HistoryQuery,
    rate: 'history',
    answer: {
      status: 200,
      means: 'A page of messages. With `changes=true`: a page of events, in the order of the log.',
      schemas: [http.MessagePage, http.ChangesPage],
    },
  },
  sendMessage: {
    task: frameTasks.create,
    summary: 'Sends a message: the `create` frame over HTTP, with the same idempotency and the same broadcast.',
    frame: 'create',
    frameAliases: ['chat_message'],
    routes: ['POST /conversations/{id}/messages', 'POST /chat/{room}/messages'],
    inConversation: true,
    body: http.CreateBody,
    rate: 'sends',
    answer: { status: 201, means: 'The message, even if this `client_id` was sent before.', schemas: [Message] },
    errors: ['too_large', 'not_found', 'attachment_missing', 'attachment_rejected', 'conflict'],
  },
  editMessage: {
    task: frameTasks.edit,
    summary: 'Gives one of your messages a new text: the `edit` frame over HTTP.',
    frame: 'edit',
    routes: ['PATCH /conversations/{id}/messages/{seq}'],
    inConversation: true,
    path: { seq: http.path.seq },
    body: http.EditBody,
    rate: 'sends',
    answer: changed,
    errors: ['too_large', 'not_found', 'conflict'],
  },
  deleteMessage: {
    task: frameTasks.delete,
    summary:
      'Removes text and attachments from one of your messages: the `delete` frame over HTTP. The owner of a group or room, and moderators of a room, can do that with any message. With `for=me` any message disappears for you alone.',
    frame: 'delete',
    routes: ['DELETE /conversations/{id}/messages/{seq}'],
    inConversation: true,
    path: { seq: http.path.seq },
    query: http.DeleteQuery,
    rate: 'sends',
    answer: { ...changed, noContent: 'With `for=me`: the message has disappeared for you.' },
    errors: ['not_found', 'conflict'],
  },
  clearHistory: {
    task: frameTasks.clear,
    summary: 'Clears the history for you alone: the `clear` frame over HTTP. Without `up_to`: all of it.',
    frame: 'clear',
    routes: ['DELETE /conversations/{id}/messages'],
    inConversation: true,
    query: http.ClearQuery,
    rate: 'clearing',
    answer: { status: 200, means: 'How far the history is cleared, and the unread count.', schemas: [http.ReadAnswer] },
  },
  addReaction: {
    task: frameTasks.react,
    summary: 'Adds an emoji to a message: the `react` frame over HTTP. Repeating it changes nothing.',
    frame: 'react',
    routes: ['PUT /conversations/{id}/messages/{seq}/reactions/{emoji}'],
    inConversation: true,
    path: { seq: http.path.seq, emoji: http.path.emoji },
    query: http.ReactionQuery,
    rate: 'sends',
    answer: changed,
    errors: ['not_found', 'conflict'],
  },
  removeReaction: {
    task: frameTasks.react,
    summary: 'Takes your own emoji back. Repeating it changes nothing.',
    routes: ['DELETE /conversations/{id}/messages/{seq}/reactions/{emoji}'],
    inConversation: true,
    path: { seq: http.path.seq, emoji: http.path.emoji },
    query: http.ReactionQuery,
    rate: 'sends',
    answer: changed,
    errors: ['not_found', 'conflict'],
  },
  markRead: {
    task: frameTasks.read_messages,
    summary: 'Moves your cursor: the `read_messages` frame over HTTP. Without a body everything is read.',
    frame: 'read_messages',
    routes: ['POST /conversations/{id}/read'],
    inConversation: true,
    body: http.ReadBody,
    bodyOptional: true,
    rate: 'receipts',
    answer: { status: 200, means: 'The cursor, and the unread count.', schemas: [http.ReadAnswer] },
  },
  setTyping: {
    task: frameTasks.typing,
    summary: 'Shows the other members who are connected that you are typing, or have stopped.',
    frame: 'typing',
    inConversation: true,
    rate: 'typing',
  },
  renewToken: {
    task: frameTasks.renew_token,
    summary:
      'Gives an open socket a new token of the same account, so that it need not be opened again when the first one expires.',
    frame: 'renew_token',
    errors: ['token_expired'],
  },
  ping: {
    task: frameTasks.ping,
    summary: 'The server answers with `pong`, or not at all if the ping is `quiet`.',
    frame: 'ping',
  },
  createUpload: {
    task: 'prepare the upload',
    summary:
      'Creates a form that uploads exactly this file, of this type and size, to S3. An image or video may have `width` and `height`, both or neither. Readers get them with the attachment.',
    routes: ['POST /conversations/{id}/attachments', 'POST /filesmessage/{id}'],
    inConversation: true,
    body: http.AttachBody,
    rate: 'forms',
    answer: { status: 201, means: 'The form. It works for 15 minutes.', schemas: [http.UploadForm] },
  },
  getAttachment: {
    task: 'find the attachment',
    summary: 'The address of an attachment’s file.',
    routes: ['GET /conversations/{id}/attachments/{attachment}'],
    inConversation: true,
    path: { attachment: http.path.attachment },
    answer: { status: 302, means: '`Location` is a signed address that is valid for an hour.' },
    errors: ['not_found'],
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
/** Operations with an HTTP route. */
export type HttpOperation = {
  [Name in OperationName]: (typeof operations)[Name] extends { readonly routes: unknown } ? Name : never;
}[OperationName];

/** The same table, with one type for all rows. */
const table: Readonly<Record<OperationName, Operation>> = operations;

export function operation(name: OperationName): Operation {
  return table[name];
}

const names = Object.keys(operations) as OperationName[];

/** HTTP route key, such as `GET /me` → the operation. */
export const httpRoutes: ReadonlyMap<string, HttpOperation> = new Map(
  names.flatMap((name) => (table[name].routes ?? []).map((route) => [route, name as HttpOperation] as const)),
);

/** WebSocket route keys besides `$connect`, `$disconnect` and `$default`. The route is chosen by `$request.body.type`. */
export const socketRoutes: readonly string[] = names.flatMap((name) => {
  const { frame, frameAliases = [] } = table[name];
  return frame === undefined ? [] : [frame, ...frameAliases];
});

/** Every code that an operation may answer. */
export function errorsOf(name: OperationName): readonly ErrorCode[] {
  const { inConversation, errors = [] } = table[name];
  return [
    ...new Set<ErrorCode>([
      'unauthenticated',
      'forbidden',
      'internal',
      ...(inConversation ? conversationErrors : []),
      ...errors,
      'rate_limited',
    ]),
  ];
}
