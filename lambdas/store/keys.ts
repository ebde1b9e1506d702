/** The parts of keys that several kinds of items share. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export function userPartition(username: string): string {
  return `USER#${username}`;
}

export function usernameOf(pk: unknown): string {
  return String(pk).slice('USER#'.length);
}

export function conversationPartition(conversation: string): string {
  return `CONV#${conversation}`;
}

export function conversationOf(pk: unknown): string {
  return String(pk).slice('CONV#'.length);
}

/** Whose item it is, for log lines. Items of one user and of one conversation are in a partition of their own. */
export function ownerOf({ pk }: Readonly<Record<string, unknown>>): {
  readonly user?: string;
  readonly conversation?: string;
} {
  if (pk === userPartition(usernameOf(pk))) return { user: usernameOf(pk) };
  return pk === conversationPartition(conversationOf(pk)) ? { conversation: conversationOf(pk) } : {};
}

/** The partition of an item. DynamoDB's stream keeps the changes of one partition in order. */
export function partitionOf(item: Readonly<Record<string, unknown>>): string {
  return String(item.pk);
}

/**
 * For filters of the table's stream: records of items with one of these sort keys.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function withSortKey(...sortKeys: readonly (string | { readonly prefix: string })[]) {
  return { Keys: { sk: { S: sortKeys } } };
}

/** The thousand of an entry's number. Items of a conversation that would grow without end are split by it. */
export function segmentOf(seq: number): number {
  return Math.floor(seq / 1_000);
}
