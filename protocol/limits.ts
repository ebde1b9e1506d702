/** Every limit of the protocol, in one place. AWS's own stand beside ours because ours follow from them. */
export const limits = {
  /** Bytes of one WebSocket frame, either way (API Gateway: 32 KB a frame, larger ones close the socket with 1009). */
  frameBytes: 32 * 1024,
  /** Bytes of a message's text as JSON together with its attachments, so that its event, with names around it, fits one frame. */
  messageBytes: 24 * 1024,
  /** Bytes that an attachment takes of that: its name and signed address are long, and the first one's address stands there twice. */
  attachmentAddressBytes: 2.5 * 1024,
  /** Characters (Unicode code points) of a message's text, after trimming. */
  textLength: 8_000,
  clientIdLength: 64,
  /** Characters of a user's name after encoding. */
  userNameLength: 64,
  /** Characters of the name that others are shown, after trimming. */
  nameLength: 64,
  /** Characters of a room's name after `room:`. */
  roomNameLength: 64,
  /** Characters (Unicode code points) of a group's title, after trimming. */
  titleLength: 100,
  /** People whom one request can make a group with; more are invited one by one. */
  groupBeginners: 50,
  /** People in a conversation that is named by its members (`alice_bob_carol`); larger ones are groups or rooms. */
  namedMembers: 12,
  attachmentsPerMessage: 5,
  /** Different names after an `@` that are looked up; those behind them are text. */
  mentionsPerMessage: 20,
  /** Different emoji on one message. */
  reactionsPerMessage: 20,
  /** Different emoji of one member on one message, with those taken back. */
  reactionsPerMember: 10,
  /** Bytes of a message's reactions as JSON, each with its user's name: what is left of a frame beside the longest text. */
  reactionBytes: 4 * 1024,
  attachmentBytes: 25 * 1024 * 1024,
  /** Bytes of a user's picture. */
  avatarBytes: 2 * 1024 * 1024,
  /** Pixels of a picture's or film's width or height, as far as an uploader may say. */
  attachmentPixels: 65_535,
  filenameLength: 200,
  /** Seconds in which an upload form can be used. */
  uploadFormSeconds: 15 * 60,
  /** Seconds for which a signed download address holds. */
  downloadSeconds: 60 * 60,
  pageDefault: 50,
  pageMaximum: 100,
  /** Characters (Unicode code points) of what is searched for, after trimming. */
  searchLength: 100,
  /** Entries of the log that one page of a search reads: what it costs is bounded, whatever it finds. */
  searchEntries: 500,
  /** Messages in `last_50_messages`. */
  snapshotMessages: 50,
  /** A member may send this many messages and changes of messages in this many seconds, if the deployer says nothing else. */
  sends: { count: 20, seconds: 10 },
  /** Sends of a member to a conversation that the server remembers: repeats of these are recognised. */
  sendsRemembered: 24,
  /** Friend requests of one user that wait for an answer. */
  friendRequests: 100,
  /** A user may ask this many people in this many seconds, and each of them once. */
  friendAsks: { count: 20, seconds: 60 * 60 },
  /** Devices of one user that are pushed to; of more the one that was not renewed for longest goes. */
  devicesPerUser: 10,
  /** Characters of a push token, or of the name that a browser gives itself. */
  deviceTokenLength: 1_024,
  /** Characters of the address that a push service gave a browser. */
  pushEndpointLength: 1_024,
  /** Days for which a device is pushed to without registering again. */
  deviceDays: 60,
  /** Characters (Unicode code points) of a message's text that a push shows. */
  pushTextLength: 200,
  /** Conversations that a user may begin or join in this many seconds: what makes memberships, also those of others. */
  conversationsBegun: { count: 200, seconds: 60 * 60 },
  /** Direct contacts who are told of a user's presence. */
  presenceContacts: 200,
} as const;
