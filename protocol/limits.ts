/** Every limit of the protocol, in one place. AWS's own limits are among them, because ours follow from them. */
export const limits = {
  /** Bytes of one WebSocket frame, either way (API Gateway: 32 KB a frame, larger ones close the socket with 1009). */
  frameBytes: 32 * 1024,
  /** Bytes of a message's text as JSON together with its attachments, so that its event, with names around it, fits one frame. */
  messageBytes: 24 * 1024,
  /** Bytes that an attachment takes of `messageBytes`. Its name and signed address are long, and the first one's address is there twice. */
  attachmentAddressBytes: 2.5 * 1024,
  /** Characters (Unicode code points) of a message's text, after trimming. */
  textLength: 8_000,
  clientIdLength: 64,
  /** Characters of a user's name after encoding. */
  userNameLength: 64,
  /** Characters of a shown name, after trimming. */
  nameLength: 64,
  /** Characters of a room's name after `room:`. */
  roomNameLength: 64,
  /** Characters (Unicode code points) of a group's title, after trimming. */
  titleLength: 100,
  /** First members of a group that one request can name. More are invited one by one. */
  groupBeginners: 50,
  /** Users in a direct or fixed conversation (`alice_bob_carol`). Larger conversations are groups or rooms. */
  namedMembers: 12,
  attachmentsPerMessage: 5,
  /** Different names after an `@` that are looked up. Further names are text. */
  mentionsPerMessage: 20,
  /** Different emoji on one message. */
  reactionsPerMessage: 20,
  /** Different emoji of one member on one message, including those taken back. */
  reactionsPerMember: 10,
  /** Bytes of a message's reactions as JSON, each with its user's name. The longest text leaves this much of a frame. */
  reactionBytes: 4 * 1024,
  attachmentBytes: 25 * 1024 * 1024,
  /** Bytes of a user's picture. */
  avatarBytes: 2 * 1024 * 1024,
  /** Pixels of the width or height that an uploader may give. */
  attachmentPixels: 65_535,
  filenameLength: 200,
  /** Seconds for which an upload form works. */
  uploadFormSeconds: 15 * 60,
  /** Seconds for which a signed download address is valid. */
  downloadSeconds: 60 * 60,
  pageDefault: 50,
  pageMaximum: 100,
  /** Characters (Unicode code points) of a search, after trimming. */
  searchLength: 100,
  /** Entries of the log that one page of a search reads, so that its cost is bounded. */
  searchEntries: 500,
  /** Messages in `last_50_messages`. */
  snapshotMessages: 50,
  /** Messages and changes that a member may send in this time. The deployer can change it. */
  sends: { count: 20, seconds: 10 },
  /** Length of the idempotency window: repeats of this many last sends are recognised. */
  sendsRemembered: 24,
  /** Friend requests of one user that wait for an answer. */
  friendRequests: 100,
  /** People whom a user may ask to be friends in this time, each of them once. */
  friendAsks: { count: 20, seconds: 60 * 60 },
  /** Push devices of one user. A further one replaces the device that was not renewed for the longest time. */
  devicesPerUser: 10,
  /** Characters of a push token, or of the name that a browser gives itself. */
  deviceTokenLength: 1_024,
  /** Characters of the address of a push subscription. */
  pushEndpointLength: 1_024,
  /** Days for which a push device gets pushes without registering again. */
  deviceDays: 60,
  /** Characters (Unicode code points) of a message's text that a push shows. */
  pushTextLength: 200,
  /** Conversations that a user may create or join in this time, because each creates memberships, also for other users. */
  conversationsBegun: { count: 200, seconds: 60 * 60 },
  /** Direct contacts who get a user's presence. */
  presenceContacts: 200,
} as const;
