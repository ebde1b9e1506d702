/** Cognito's post-confirmation trigger: creates the user at once, so that others can write to them. */

import * as z from 'zod/mini';
import { createCaller } from './chat/create-caller.ts';
import { readIdentity } from './identity/claims.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openLog } from './runtime/log.ts';
import { openTable } from './runtime/services.ts';

const { TABLE_NAME } = z.parse(z.object({ TABLE_NAME: z.string() }), process.env);

/** https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html */
const PostConfirmation = z.looseObject({
  userName: z.string(),
  userPoolId: z.string(),
  request: z.looseObject({ userAttributes: z.record(z.string(), z.string()) }),
});

export const handler = createHandler({
  services: { table: openTable(TABLE_NAME), log: openLog(), now: Date.now },
  event: PostConfirmation,
  logKeys: ({ userName }) => ({ user: userName }),
  async run(event, services) {
    const { userName, userPoolId, request } = event;
    const { name, sub } = request.userAttributes;
    const identity = readIdentity({ 'cognito:username': userName, name, iss: userPoolId, sub });
    if (!identity) throw new Error('the user name must be one that the sign-up accepts');
    await createCaller(services, identity);
    // Cognito wants its event back.
    return event;
  },
});
