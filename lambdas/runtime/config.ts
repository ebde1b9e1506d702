import * as z from 'zod/mini';
import { limits } from '#protocol/limits';
import { knownPushServices } from '#protocol/push-services';

const Environment = z.object({
  TABLE_NAME: z.string(),
  BUCKET_NAME: z.string(),
  CALLBACK_URL: z.url(),
  HTTP_URL: z._default(z.string(), ''),
  RETENTION_DAYS: z._default(z.coerce.number(), 0),
  INLINE_MEMBERS: z.coerce.number(),
  FAN_OUT_FUNCTION: z.string(),
  SEND_COUNT: z._default(z.coerce.number(), limits.sends.count),
  SEND_SECONDS: z._default(z.coerce.number(), limits.sends.seconds),
  FILE_BYTES_PER_DAY: z._default(z.coerce.number(), limits.fileBytesPerDay),
  FRIENDS_FIRST: z._default(z.enum(['true', 'false']), 'false'),
  INVITATIONS: z._default(z.enum(['true', 'false']), 'true'),
  ROOM_MAKERS: z._default(z.string(), 'open'),
  DIRECTORY: z._default(z.enum(['everybody', 'exact', 'contacts']), 'everybody'),
  PRESENCE: z._default(z.enum(['everybody', 'contacts']), 'everybody'),
  PUSH_PUBLIC_KEY: z.optional(z.string()),
  PUSH_FCM: z.optional(z.literal('true')),
  PUSH_ENDPOINTS: z._default(z.string(), knownPushServices.join(',')),
});

/** The stack's settings, from the functions' environment. */
export interface Config {
  readonly tableName: string;
  readonly bucketName: string;
  /** Address of the WebSocket stage's `@connections`, https. */
  readonly callbackUrl: string;
  /** Address of the HTTP API without a slash at the end: where the addresses of further pages start. */
  readonly httpUrl: string;
  /** Days after which log entries expire; 0 keeps them forever. */
  readonly retentionDays: number;
  /** Up to so many members, the function that has an event posts it. In larger conversations it goes out in chunks of so many. */
  readonly inlineMembers: number;
  /** Name of the function that posts events in chunks. */
  readonly fanOutFunction: string;
  /** A member may send this many messages and changes in this many seconds; a count of 0 means any number. */
  readonly sends: { readonly count: number; readonly seconds: number };
  /** Bytes of files that a user may upload and forward on one day; 0 means any number. */
  readonly fileBytesPerDay: number;
  /** Only friends of all members may open a conversation that is named by its members. */
  readonly friendsFirst: boolean;
  /** Only contacts are put into a managed group without being asked. */
  readonly invitations: boolean;
  /** `open`: everybody may make rooms. `closed`: nobody. Otherwise those users. */
  readonly roomMakers: 'open' | 'closed' | readonly string[];
  /** Whom people find. */
  readonly directory: 'everybody' | 'exact' | 'contacts';
  /** Who sees whether somebody is online. */
  readonly presence: 'everybody' | 'contacts';
  readonly push: {
    /** The key with which browsers subscribe; undefined if the stack does not push to browsers. */
    readonly publicKey: string | undefined;
    readonly fcm: boolean;
    /** Origins of the services to which subscriptions may point. */
    readonly endpoints: readonly string[];
  };
}

/** @throws when the environment is incomplete. That is a mistake of the deployment, so the function fails to start. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const parsed = z.parse(Environment, environment);
  return {
    tableName: parsed.TABLE_NAME,
    bucketName: parsed.BUCKET_NAME,
    callbackUrl: parsed.CALLBACK_URL,
    httpUrl: parsed.HTTP_URL,
    retentionDays: parsed.RETENTION_DAYS,
    inlineMembers: parsed.INLINE_MEMBERS,
    fanOutFunction: parsed.FAN_OUT_FUNCTION,
    sends: { count: parsed.SEND_COUNT, seconds: parsed.SEND_SECONDS },
    fileBytesPerDay: parsed.FILE_BYTES_PER_DAY,
    friendsFirst: parsed.FRIENDS_FIRST === 'true',
    invitations: parsed.INVITATIONS === 'true',
    roomMakers: toRoomMakers(parsed.ROOM_MAKERS),
    directory: parsed.DIRECTORY,
    presence: parsed.PRESENCE,
    push: {
      publicKey: parsed.PUSH_PUBLIC_KEY,
      fcm: parsed.PUSH_FCM === 'true',
      endpoints: parsed.PUSH_ENDPOINTS.split(','),
    },
  };
}

function toRoomMakers(names: string): Config['roomMakers'] {
  return names === 'open' || names === 'closed' ? names : names.split(',');
}
