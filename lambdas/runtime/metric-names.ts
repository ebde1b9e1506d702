/**
 * The metrics of the functions, by their names in CloudWatch. `lib/` builds alarms and the dashboard on them, so this file imports nothing.
 * Namespace: `Parley`, or `Parley/<name>` where an account has several chats. What they cost: docs/decisions/0076-metrics-in-log-lines.md
 */

/** Metrics without dimensions: one for the whole chat, whichever function counts it. */
export const chatMetrics = {
  /** Messages that were written into a log. Repeats of a send do not count. */
  MessagesStored: 'Count',
  /** Messages that a connection took, live: each of a member's devices is one, the author's too. */
  MessagesDelivered: 'Count',
  /** From the moment at which API Gateway got the frame or request that sends, to the last post; in large rooms that of each chunk. */
  DeliveryTime: 'Milliseconds',
  /** Posts, of any event, whose connection had been closed already. */
  PostsGone: 'Count',
  /** Posts that API Gateway throttled, with all their retries. */
  PostsThrottled: 'Count',
  /** Posts that failed in another way, with all their retries. */
  PostsFailed: 'Count',
  /** Numbers of a log whose writer died: readers close such a hole. */
  HolesSealed: 'Count',
  /** Connections that `$connect` let in. */
  ConnectionsOpened: 'Count',
  /** Connections that were removed, by `$disconnect`, by a post that found them closed, or because they expired. */
  ConnectionsClosed: 'Count',
  /** Runs of the canary: 1 if it could sign in, send, receive and read, else 0. Its average is the availability. */
  CanarySuccess: 'Count',
  /** How long a successful run took. */
  CanaryTime: 'Milliseconds',
} as const;

export type ChatMetric = keyof typeof chatMetrics;

/** Errors by their class. Each has one dimension, so that its metrics stay few. */
export const errorMetrics = {
  /** Faults of our own, which were answered with `internal` or thrown. Dimension `service`: the function, such as `socket`. */
  Faults: { dimension: 'service', unit: 'Count' },
  /** What was refused to a caller. Dimension `code`: the code of the error list, such as `rate_limited`. */
  Refusals: { dimension: 'code', unit: 'Count' },
} as const;

export type ErrorMetric = keyof typeof errorMetrics;
