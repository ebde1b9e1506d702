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
  FRIENDS_FIRST: z._default(z.enum(['true', 'false']), 'false'),
  PUSH_PUBLIC_KEY: z.optional(z.string()),
  PUSH_FCM: z.optional(z.literal('true')),
  PUSH_ENDPOINTS: z._default(z.string(), knownPushServices.join(',')),
});

/** What the stack tells the functions about itself. */
export interface Config {
  readonly tableName: string;
  readonly bucketName: string;
  /** Address of the WebSocket stage's `@connections`, https. */
  readonly callbackUrl: string;
  /** Address of the HTTP API, without a slash at the end, for the addresses of further pages. */
  readonly httpUrl: string;
  /** Days after which log entries expire; 0 keeps them forever. */
  readonly retentionDays: number;
  /** Members up to which who causes an event posts it; with more it goes out in chunks of so many. */
  readonly inlineMembers: number;
  /** Name of the function that has an event posted in chunks. */
  readonly fanOutFunction: string;
  /** A member may send this many messages and changes in this many seconds. */
  readonly sends: { readonly count: number; readonly seconds: number };
  /** A conversation that is named by its members is opened only by who is friends with all of them. */
  readonly friendsFirst: boolean;
  readonly push: {
    /** With which browsers subscribe; undefined where browsers are not pushed to. */
    readonly publicKey: string | undefined;
    readonly fcm: boolean;
    /** Origins of the services to which subscriptions may point. */
    readonly endpoints: readonly string[];
  };
}

/** @throws when the stack's environment is incomplete: a mistake of the deployment, so the function fails to start */
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
    friendsFirst: parsed.FRIENDS_FIRST === 'true',
    push: {
      publicKey: parsed.PUSH_PUBLIC_KEY,
      fcm: parsed.PUSH_FCM === 'true',
      endpoints: parsed.PUSH_ENDPOINTS.split(','),
    },
  };
}
