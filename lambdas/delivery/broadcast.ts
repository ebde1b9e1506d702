/**
 * Telling a conversation's members of an event. Of one that is small enough everybody is posted to at once. Of a large one those alone for
 * whom it must not wait; `fan-out` pages through all others and has `deliver` post to them, a chunk of members each.
 */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { ServerEvent } from '#protocol/events';
import { receives } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { User } from '../store/user.ts';
import type { Announcement } from './announcement.ts';
import { type Device, devicesOf, type Poster, postAll, withRequester } from './post.ts';

/** Whom an event of a conversation is for. */
export interface Audience {
  readonly conversation: string;
  /** Posted to at once: all members, or of a large conversation those whom the event concerns themselves. */
  readonly users: readonly User[];
  /** Of a large conversation: everybody else, without these, who are told already or have left. */
  readonly others?: { readonly without: readonly string[] };
}

interface Choice {
  /** Members who are not told. */
  readonly except?: readonly string[];
  /** ms; sockets that were opened later are not told. */
  readonly openedBy?: number;
  /** The connection that asked for it, which is told whatever its scope. */
  readonly requester?: Device | undefined;
}

/** Posts the event to the members' devices; of a large conversation it is on its way to the others when this returns. */
export async function broadcast(
  services: Poster & Pick<Services, 'lambda' | 'config'>,
  audience: Audience,
  event: ServerEvent,
  { except = [], openedBy = Number.POSITIVE_INFINITY, requester }: Choice = {},
): Promise<void> {
  const { conversation, users } = audience;
  const told = users.filter(({ username }) => !except.includes(username));
  const devices = devicesOf(told, services.now(), (scope) => receives(scope, conversation)).filter(
    ({ since }) => since <= openedBy,
  );
  await Promise.all([
    postAll(services, withRequester(devices, requester), event),
    fanOut(services, audience, event, { except, ...(Number.isFinite(openedBy) ? { openedBy } : {}) }),
  ]);
}

/**
 * Has the event posted to the others of a large conversation.
 * @param choice.author of a message, who learns whom it reached
 */
export async function fanOut(
  { lambda, config, now }: Pick<Services, 'lambda' | 'config' | 'now'>,
  { conversation, others }: Audience,
  event: ServerEvent,
  { except = [], ...choice }: Omit<Choice, 'requester'> & { readonly author?: string } = {},
): Promise<void> {
  if (!others) return;
  const without = [...others.without, ...except];
  const announcement: Announcement = { conversation, event, without, at: now(), ...choice };
  await lambda.send(
    new InvokeCommand({
      FunctionName: config.fanOutFunction,
      InvocationType: 'Event',
      Payload: JSON.stringify(announcement),
    }),
  );
}
