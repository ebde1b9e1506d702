/**
 * Posts an event to the members of a conversation. In a small conversation, all members are posted to at once. In a large one, only the users
 * whom the event concerns directly are; for all others, `fan-out` pages through the members and `deliver` posts to one chunk of them at a time.
 */
import type { ServerEvent } from '#protocol/events';
import { receives } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { Connection, User } from '../store/user.ts';
import type { FanOutJob } from './fan-out-job.ts';
import { connectionsOf, type Poster, postAll, withOrigin } from './post.ts';

export interface Recipients {
  readonly conversation: string;
  /** The users to post to at once: all members, or, in a large conversation, those whom the event concerns directly. */
  readonly users: readonly User[];
  /** Only in a large conversation: all other members get the event by fan-out. `exclude`: users who get it at once, or have left. */
  readonly remaining?: { readonly exclude: readonly string[] } | undefined;
}

interface BroadcastOptions {
  /** Members who do not get the event. */
  readonly exclude?: readonly string[];
  /** ms; connections that were opened later do not get the event. */
  readonly openedBy?: number;
  /** The connection that asked. It gets the event whatever its scope. */
  readonly origin?: Connection | undefined;
}

/** Posts the event to the recipients' connections. When this returns, the fan-out to a large conversation has been started. */
export async function broadcast(
  services: Poster & Pick<Services, 'lambda' | 'config'>,
  recipients: Recipients,
  event: ServerEvent,
  { exclude = [], openedBy, origin }: BroadcastOptions = {},
): Promise<void> {
  const { conversation } = recipients;
  const users = recipients.users.filter(({ username }) => !exclude.includes(username));
  const connections = connectionsOf(users, (scope) => receives(scope, conversation)).filter(
    ({ openedAt }) => openedBy === undefined || openedAt <= openedBy,
  );
  await Promise.all([
    postAll(services, withOrigin(connections, origin), event),
    fanOut(services, recipients, event, { exclude, openedBy }),
  ]);
}

/**
 * Starts the fan-out to the remaining members of a large conversation.
 * @param options.author the author of a message, who gets delivery receipts for each chunk
 */
export async function fanOut(
  { lambda, config, now }: Pick<Services, 'lambda' | 'config' | 'now'>,
  { conversation, remaining }: Recipients,
  event: ServerEvent,
  { exclude = [], openedBy, author }: Omit<BroadcastOptions, 'origin'> & { readonly author?: string } = {},
): Promise<void> {
  if (!remaining) return;
  const without = [...remaining.exclude, ...exclude];
  const withoutReceipts = config.presence === 'contacts' || undefined;
  const job: FanOutJob = { conversation, event, without, at: now(), openedBy, author, withoutReceipts };
  await lambda.invokeLater(config.fanOutFunction, job);
}
