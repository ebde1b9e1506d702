/**
 * How long the client waits for what. They are literals in a file without imports, which esbuild writes where they are used: that is shorter.
 */

/** API Gateway itself gives up a request after 30 s. */
export const requestTimeoutMs = 30_000;

/** API Gateway closes a socket after ten silent minutes, and after two hours in all. */
export const idleMs = 540_000;
/** A socket may be open and lead nowhere. Who looks at the page should know it after this time. */
export const silenceMs = 60_000;
export const lifetimeMs = 6_300_000;
export const lifetimeSpreadMs = 720_000;
export const handshakeTimeoutMs = 20_000;
export const pongTimeoutMs = 10_000;
/** The device says that it has no network: only a server on the device itself answers then. */
export const offlinePongTimeoutMs = 1_000;
export const recentMs = 5_000;
/** A replaced socket is still read for this time: the server may have sent events to it alone. */
export const overlapMs = 5_000;

/** A number of the log may come this late. The random part keeps the members of a room from asking all at once. */
export const graceMs = 200;
export const graceSpreadMs = 600;
/** Pause before asking again for a number whose entry is still being stored. The server seals it after five seconds. */
export const pendingEntryPauseMs = 1_000;

/** Moves of the read cursor within this time become one request, for example while the user scrolls or several messages come. An answer makes it needless. */
export const batchMs = 1_000;

/** A token is replaced this long before it expires. In a hidden page a timer may be a minute late. */
export const expiryMarginMs = 120_000;
/** An answer may take some of this, and the server's time is in whole seconds. */
export const clockToleranceMs = 10_000;

/** After this time, other devices of the user may have sent so much that the server has forgotten an id. */
export const idExpiryMs = 30_000;
/** An error that asks for a longer wait is final. */
export const longestWaitSeconds = 3_600;
