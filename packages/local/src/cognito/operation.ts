import type { z } from 'zod';
import type { ClientSettings } from './client-settings.ts';
import type { Directory } from './directory.ts';
import { CognitoError, invalidParameter, notAuthorized, userNotFound } from './errors.ts';
import type { Pool } from './pool.ts';
import type { User } from './user.ts';

/** A response, which is sent as JSON. */
export type Answer = Readonly<Record<string, unknown>>;

/** Checks the signature of the request and the signer's permission on the pool. @throws CognitoError */
export type RequirePermission = (poolArn: string) => void;

/** One operation of Cognito's API. It parses the input and checks the caller before `run`. */
export type Operation = (input: unknown, directory: Directory, requirePermission: RequirePermission) => Promise<Answer>;

/** An operation that anyone may call with the id of an app client. */
export function clientOperation<Schema extends z.ZodType<{ ClientId: string }>>(
  schema: Schema,
  run: (at: { pool: Pool; client: ClientSettings }, input: z.output<Schema>) => Promise<Answer>,
): Operation {
  return async (input, directory) => {
    const parsed = parse(schema, input);
    return run(await directory.client(parsed.ClientId), parsed);
  };
}

/** An operation of a signed-in user with an access token. */
export function userOperation<Schema extends z.ZodType<{ AccessToken: string }>>(
  schema: Schema,
  run: (at: { pool: Pool; client: ClientSettings; user: User }, input: z.output<Schema>) => Promise<Answer>,
): Operation {
  return async (input, directory) => {
    const parsed = parse(schema, input);
    const pool = await directory.findIssuer(parsed.AccessToken);
    const claims = await pool.tokens.readAccess(parsed.AccessToken);
    const client = pool.clients.get(claims.clientId);
    if (!client) throw notAuthorized('Invalid Access Token');
    const user = pool.users.bySub(claims.sub);
    if (!user) throw userNotFound();
    if (!user.enabled) throw notAuthorized('User is disabled.');
    const session = user.sessions.find(({ eventId }) => eventId === claims.eventId);
    if (!session || session.revoked) throw notAuthorized('Access Token has been revoked');
    return run({ pool, client, user }, parsed);
  };
}

/** An operation of an administrator: signed, and allowed by IAM on the pool. */
export function adminOperation<Schema extends z.ZodType<{ UserPoolId: string }>>(
  schema: Schema,
  run: (pool: Pool, input: z.output<Schema>) => Promise<Answer>,
): Operation {
  return async (input, directory, requirePermission) => {
    const parsed = parse(schema, input);
    const pool = await directory.pool(parsed.UserPoolId);
    requirePermission(pool.arn);
    return run(pool, parsed);
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const wrongType = result.error.issues.some((issue) => issue.code === 'invalid_type' && !isMissing(input, issue.path));
  if (!first || wrongType)
    throw new CognitoError('SerializationException', 'The request does not have the shape of this operation');
  const count = result.error.issues.length;
  const sentences = result.error.issues.map((issue) =>
    isMissing(input, issue.path)
      ? `Value null at '${memberName(issue.path)}' failed to satisfy constraint: Member must not be null`
      : `Value at '${memberName(issue.path)}' failed to satisfy constraint: ${issue.message}`,
  );
  throw invalidParameter(`${count} validation error${count === 1 ? '' : 's'} detected: ${sentences.join('; ')}`);
}

function isMissing(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = new Map<PropertyKey, unknown>(Object.entries(value)).get(typeof key === 'number' ? String(key) : key);
  }
  return value === undefined || value === null;
}

/** Cognito names members in its own way: `UserAttributes[0].Name` is `userAttributes.1.member.name`. */
function memberName(path: readonly PropertyKey[]): string {
  return path
    .map((key) =>
      typeof key === 'number' ? `${key + 1}.member` : String(key).replace(/^[A-Z]/, (message) => message.toLowerCase()),
    )
    .join('.');
}
