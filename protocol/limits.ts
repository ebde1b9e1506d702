import { nameLimits } from './name-limits.ts';

/** A bucket of `count` tokens, refilled evenly within `seconds`. `of` names what takes them, for the error's sentence. */
export interface RateLimit {
  readonly count: number;
  readonly seconds: number;
  readonly of: string;
  /**
   * Each use takes its token from the one bucket of the user, which is a write. Otherwise each environment of a function gives a tenth of the
   * rate for itself, without a write, and gets what is asked for beyond that from the user's bucket, a tenth at a time.
   */
  readonly exact?: true;
  /** The bucket is in the item that the operation writes, so its own update takes the token. */
  readonly inItem?: true;
}

/** How often one user may do what, in all conversations and on all devices together. What one account can cost follows from these. */
export const rates = {
  /** Connections opened. */
  connects: { count: 100, seconds: 2_400, of: 'new connections', exact: true, inItem: true },
  /** Frames besides those that send (`create`, `edit`, `delete` for everyone, `react`), and frames that were refused. */
  frames: { count: 300, seconds: 120, of: 'frames' },
  /** HTTP requests besides those that send, one more for each 32 KB of an answer, and requests to send that were refused. */
  requests: { count: 600, seconds: 180, of: 'requests' },
  /** Also one for each 25 connections that the event is posted to; the same for `receipts`. */
  typing: { count: 120, seconds: 300, of: 'signs of typing' },
  receipts: { count: 60, seconds: 240, of: 'marks of what is read' },
  /** Pages of messages and of changes. */
  history: { count: 300, seconds: 120, of: 'pages of history' },
  search: { count: 40, seconds: 300, of: 'pages of a search' },
  /** Pages of conversations, members and people, views of a conversation, and pinned messages. */
  lists: { count: 300, seconds: 1_500, of: 'lists' },
  /** Forms for uploads. */
  forms: { count: 60, seconds: 600, of: 'forms for uploads', exact: true },
  /** Changes of one's name and picture. */
  profile: { count: 30, seconds: 600, of: 'changes of the profile', exact: true, inItem: true },
  /** Signing out everywhere. */
  sessions: { count: 10, seconds: 600, of: 'times of signing out everywhere', exact: true },
  /**
   * Groups made; titles, pictures, descriptions, roles and members changed; messages pinned; conversations left; own settings changed;
   * invitations answered; invite links made and used.
   */
  groups: { count: 60, seconds: 600, of: 'changes of groups and settings', exact: true },
  /** Conversations begun or joined. Both create memberships, also of other people. */
  conversations: { count: 200, seconds: 3_600, of: 'new conversations', exact: true },
  /** People invited into groups. People whom the user may put in without asking do not count. */
  invitations: { count: 100, seconds: 86_400, of: 'invitations of people who are no contacts of yours', exact: true },
  /** Friendships and blocks changed. */
  people: { count: 60, seconds: 600, of: 'changes of friends and blocks', exact: true },
  /** Push devices registered, besides those that are registered already. */
  devices: { count: 30, seconds: 3_600, of: 'new push devices', exact: true },
  /** Messages deleted for oneself, and histories cleared. */
  clearing: { count: 60, seconds: 600, of: 'deletions for oneself', exact: true },
} as const satisfies Readonly<Record<string, RateLimit>>;

export type RateKind = keyof typeof rates;

/** Every limit of the protocol, with AWS's limit where ours follows from it. */
export const limits = {
  ...nameLimits,
  /** Bytes of one WebSocket frame, either way (API Gateway: 32 KB a frame, larger ones close the socket with 1009). */
  frameBytes: 32 * 1024,
  /** Bytes of a message's text as JSON together with its attachments, so that its event fits one frame. */
  messageBytes: 24 * 1024,
  /** Bytes of that for one attachment: name and signed address are long, and the first address occurs twice. */
  attachmentAddressBytes: 2.5 * 1024,
  /** Characters (Unicode code points) of a message's text, after trimming. */
  textLength: 8_000,
  clientIdLength: 64,
  /** Days for which a name is kept for an account that is not confirmed yet. Afterwards somebody whose name looks like it may sign up. */
  confirmationDays: 7,
  /** Characters (Unicode code points) of a group's title, after trimming. */
  titleLength: 100,
  /** Characters (Unicode code points) of a group's or room's description, after trimming. */
  descriptionLength: 500,
  /** Pinned messages of a conversation. */
  pinnedMessages: 50,
  /** Invite links of a group that work at the same time. */
  inviteLinks: 20,
  /** Seconds for which an invite link works at most, at least, and unless its maker says otherwise. */
  inviteLinkSeconds: 30 * 24 * 60 * 60,
  inviteLinkLeastSeconds: 5 * 60,
  inviteLinkUsualSeconds: 7 * 24 * 60 * 60,
  /** People who may come by one invite link at most, and unless its maker says otherwise. */
  inviteLinkUses: 1_000,
  inviteLinkUsualUses: 100,
  /** People in the request that creates a group; others can be invited later. */
  groupBeginners: 50,
  attachmentsPerMessage: 5,
  /** Characters of an upload's id. Ids have 26; a longer text could not be part of a key (DynamoDB: 1,024 bytes). */
  uploadIdLength: 64,
  /** Characters of a message's id. Ids have 26, those of a replaced program 36. */
  messageIdLength: 64,
  /** Different names after an `@` that are looked up; later ones are text. */
  mentionsPerMessage: 20,
  /** Different emoji on one message. */
  reactionsPerMessage: 20,
  /** Different emoji of one member on one message, without those taken back. */
  reactionsPerMember: 10,
  /** Bytes of a message's reactions as JSON, each with its user's name: the rest of a frame beside the longest text. */
  reactionBytes: 4 * 1024,
  attachmentBytes: 25 * 1024 * 1024,
  /** Bytes of files that a user may upload and forward on one day (UTC), unless the deployer chooses another limit. */
  fileBytesPerDay: 1024 * 1024 * 1024,
  /** Bytes of the picture of a user, a group or a room. */
  avatarBytes: 2 * 1024 * 1024,
  /** Pixels of the width or height that an uploader may give. */
  attachmentPixels: 65_535,
  filenameLength: 200,
  /** Seconds for which an upload form is valid. */
  uploadFormSeconds: 15 * 60,
  /** Seconds for which a signed download address is valid. */
  downloadSeconds: 60 * 60,
  /** Bytes of an answer over HTTP that one token of `requests` pays for. */
  answerBytesPerToken: 32 * 1024,
  /** Connections that an event may be posted to for one token of `typing` or `receipts`. */
  postsPerToken: 25,
  pageDefault: 50,
  pageMaximum: 100,
  /** Characters (Unicode code points) of a search, after trimming. */
  searchLength: 100,
  /** Entries of the log that one page of a search reads, which bounds its cost. */
  searchEntries: 500,
  /** Characters of texts after which a page of a search reads no further. */
  searchCharacters: 128 * 1024,
  /** Milliseconds after which a page of a search ends where it is. Only long texts in a large conversation take that long. */
  searchMilliseconds: 1_000,
  /** Members that one page of the members who are online reads, which bounds its cost. */
  membersRead: 500,
  /** Conversations of one user that are read at once, in the order in which they were active. Older ones are pages of their own. */
  inboxConversations: 200,
  /** Conversations that a user has pinned. */
  pinnedConversations: 20,
  /** Entries before the cursor in which one's own messages are found when a conversation is marked as unread. */
  unreadEntries: 100,
  /** Messages in `last_50_messages`. */
  snapshotMessages: 50,
  /** A member may send this many messages and changes in this many seconds, unless the deployer chooses another limit. */
  sends: { count: 20, seconds: 10 },
  /** Size of the idempotency window: the server recognises repeats of a member's last sends to a conversation. */
  sendsRemembered: 24,
  /** Open friend requests of one user. */
  friendRequests: 100,
  /** People whom a user may ask to be friends in this time, each of them once. */
  friendAsks: { count: 20, seconds: 60 * 60 },
  /** Days for which an invitation waits for an answer. */
  invitationDays: 30,
  /** Days after which somebody may be invited again who has left the group or declined. */
  invitedAgainDays: 7,
  /** Push devices of one user; one more replaces the device whose registration is oldest. */
  devicesPerUser: 10,
  /** Characters of a push token, or of the name that a browser chooses for itself. */
  deviceTokenLength: 1_024,
  /** Characters of the address of a push subscription. */
  pushEndpointLength: 1_024,
  /** Days for which a device gets pushes without registering again. */
  deviceDays: 60,
  /** Characters (Unicode code points) of a message's text that a push shows. */
  pushTextLength: 200,
  /** Seconds between the request to delete an account and the first step: what was under way then has ended (functions stop after 15 s). */
  deletionDelaySeconds: 20,
  /** A user may ask for an archive once in this many seconds. */
  exportIntervalSeconds: 24 * 60 * 60,
  /** Days after which an archive is deleted. */
  exportDays: 7,
  /** Open connections of one user. One more closes the oldest. */
  connectionsPerUser: 20,
  /** Direct contacts who get a user's presence. */
  presenceContacts: 200,
} as const;
