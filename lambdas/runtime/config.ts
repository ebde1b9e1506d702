import * as z from 'zod/mini';

const Environment = z.object({
  TABLE_NAME: z.string(),
  BUCKET_NAME: z.string(),
  CALLBACK_URL: z.url(),
  HTTP_URL: z._default(z.string(), ''),
  RETENTION_DAYS: z._default(z.coerce.number(), 0),
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
}

/** @throws when the stack's environment is incomplete: a mistake of the deployment, so the function fails to start */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const { TABLE_NAME, BUCKET_NAME, CALLBACK_URL, HTTP_URL, RETENTION_DAYS } = z.parse(Environment, environment);
  return {
    tableName: TABLE_NAME,
    bucketName: BUCKET_NAME,
    callbackUrl: CALLBACK_URL,
    httpUrl: HTTP_URL,
    retentionDays: RETENTION_DAYS,
  };
}
