/**
 * What a deployment is used for. Change it and run `npm run bench:deployment`; `-- --write` puts the result into docs/cost.md.
 */
export const inputs = {
  /** Users who come in a month. */
  users: 1_000,
  /** What each of them sends on a day, to one other person who is there and reads it at once. Offline people cost less. */
  messagesPerUserDay: 20,
  /** Seconds that a message takes to type. */
  typingSeconds: 15,
  /** Hours in which a user has the page open on a day, in so many visits. */
  hoursPerUserDay: 8,
  visitsPerUserDay: 2,
  /** Conversations in a user's list. */
  conversations: 20,
  /** Days of a month. */
  days: 30,
  /** Months for which the messages are kept: what the table stores, and its backup. */
  monthsKept: 1,
  /** Bytes of a message in the table, with what belongs to it. */
  bytesPerMessage: 600,
  /** What a visit fetches of the page's own files besides the APIs: most come from the browser's cache. */
  pageRequestsPerVisit: 3,
  /** Metrics of the alarms of the default stack. */
  alarmMetrics: 28,
  /** Users whom Cognito has for nothing each month. */
  freePoolUsers: 10_000,
} as const;

export type Inputs = { readonly [Name in keyof typeof inputs]: number };
