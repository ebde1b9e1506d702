/** Cognito's post-confirmation trigger: whoever has confirmed their sign-up exists, so that others can write to them at once. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { readIdentity } from './identity/claims.ts';
import { createUser } from './store/user.ts';

const { TABLE_NAME } = z.parse(z.object({ TABLE_NAME: z.string() }), process.env);
const table = { client: DynamoDBDocumentClient.from(new DynamoDBClient({})), name: TABLE_NAME };

const PostConfirmation = z.looseObject({
  userName: z.string(),
  request: z.object({ userAttributes: z.record(z.string(), z.string()) }),
});

/** https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html */
export async function handler(event: unknown): Promise<unknown> {
  const { userName, request } = z.parse(PostConfirmation, event);
  const identity = readIdentity({ 'cognito:username': userName, name: request.userAttributes.name });
  if (!identity)
    throw new Error(`the user name must be at most 64 characters, and shorter with others than a-z 0-9 . -`);
  await createUser({ table, now: Date.now }, identity);
  return event;
}
