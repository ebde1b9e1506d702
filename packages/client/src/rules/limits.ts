/** Limits of the server. Printed from protocol/limits.ts by `npm run generate:docs`: do not edit. */
export const limits = {
  /** Bytes of a message's text as JSON together with its attachments, so that its event fits one frame. */
  messageBytes: 24576,
  /** Bytes of that for one attachment: name and signed address are long, and the first address occurs twice. */
  attachmentAddressBytes: 2560,
  /** Characters (Unicode code points) of a message's text, after trimming. */
  textLength: 8000,
  /** Combining marks in a row in a text that is stored; further ones are left out (UAX #15, stream-safe text format). */
  marksInARow: 30,
  /** Characters of a user's name after encoding. */
  userNameLength: 64,
  /** Characters of the name that others see, after trimming. */
  nameLength: 64,
  /** Characters of a room's name after `room:`. */
  roomNameLength: 64,
  /** Characters (Unicode code points) of a group's title, after trimming. */
  titleLength: 100,
  /** People in the request that creates a group; others can be invited later. */
  groupBeginners: 50,
  attachmentsPerMessage: 5,
  /** Different names after an `@` that are looked up; later ones are text. */
  mentionsPerMessage: 20,
  attachmentBytes: 26214400,
  /** Bytes of the picture of a user, a group or a room. */
  avatarBytes: 2097152,
  /** Pixels of the width or height that an uploader may give. */
  attachmentPixels: 65535,
  filenameLength: 200,
  /** Characters (Unicode code points) of a search, after trimming. */
  searchLength: 100,
  /** Characters (Unicode code points) of a group's or room's description, after trimming. */
  descriptionLength: 500,
} as const;
