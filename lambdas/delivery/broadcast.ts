/**
 * Telling a conversation's members of an event. Of one that is small enough everybody is posted to at once. Of a large one those alone for
 * whom it must not wait; `fan-out` pages through all others and has `deliver` post to them, a chunk of members each.
 */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { ServerEvent } from '#protocol/events';
import { receives } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { Connection, User } from '../store/user.ts';
import type { FanOutJob } from './fan-out-job.ts';
import { connectionsOf, type Poster, postAll, withOrigin } from './post.ts';

/** Whom an event of a conversation is for. */
export interface Recipients {
  readonly conversation: string;
  /** Posted to at once: all members, or of a large conversation those whom the event concerns themselves. */
  readonly users: readonly User[];
  /** Of a large conversation: everybody else, without these, who are told already or have left. */
  readonly remaining?: { readonly exclude: readonly string[] };
}

interface BroadcastOptions {
  /** Members who are not told. */
  readonly exclude?: readonly string[];
  /** ms; sockets that were opened later are not told. */
  readonly openedBy?: number;
  /** The connection that asked for it, which is told whatever its scope. */
  readonly origin?: Connection | undefined;
}

/** Posts the event to the members' connections; of a large conversation it is on its way to the others when this returns. */
export async function broadcast(
  services: Poster & Pick<Services, 'lambda' | 'config'>,
  recipients: Recipients,
  event: ServerEvent,
  { exclude = [], openedBy = Number.POSITIVE_INFINITY, origin }: BroadcastOptions = {},
): Promise<void> {
  const { conversation, users } = recipients;
  const told = users.filter(({ username }) => !exclude.includes(username));
  const connections = connectionsOf(told, (scope) => receives(scope, conversation)).filter(
    ({ openedAt }) => openedAt <= openedBy,
  );
  await Promise.all([
    postAll(services, withOrigin(connections, origin), event),
    fanOut(services, recipients, event, { exclude, ...(Number.isFinite(openedBy) ? { openedBy } : {}) }),
  ]);
}

/**
 * Has the event posted to the others of a large conversation.
 * @param choice.author of a message, who learns whom it reached
 */
export async function fanOut(
  { lambda, config, now }: Pick<Services, 'lambda' | 'config' | 'now'>,
  { conversation, remaining }: Recipients,
  event: ServerEvent,
  { exclude = [], ...choice }: Omit<BroadcastOptions, 'origin'> & { readonly author?: string } = {},
): Promise<void> {
  if (!remaining) return;
  const job: FanOutJob = { conversation, event, without: [...remaining.exclude, ...exclude], at: now(), ...choice };
  await lambda.send(
    new InvokeCommand({
      FunctionName: config.fanOutFunction,
      InvocationType: 'Event',
      Payload: JSON.stringify(job),
    }),
  );
}
