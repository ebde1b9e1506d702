/** The limits of names, apart from the others: `authorize` needs these alone, and a client waits for its cold start. */
export const nameLimits = {
  /** Characters of a user's name after encoding. */
  userNameLength: 64,
  /** Characters of the name that others see, after trimming. */
  nameLength: 64,
  /** Combining marks in a row in a text that is stored; further ones are left out (UAX #15, stream-safe text format). */
  marksInARow: 30,
  /** People in a conversation that is named by its members (`alice_bob_carol`); larger conversations are groups or rooms. */
  namedMembers: 12,
  /** Characters of a room's name after `room:`. */
  roomNameLength: 64,
} as const;
