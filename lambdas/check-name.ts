/** Cognito's pre-sign-up trigger: refuses a name before an account is made and a code is mailed. */

import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import { encodeUserName } from '#protocol/names';
import { looksOf } from './chat/looks.ts';
import { userNameProblem } from './chat/user-name-rules.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openLog } from './runtime/log.ts';
import { openTable } from './runtime/services.ts';
import { claimName } from './store/name-claim.ts';
import { getUser } from './store/user.ts';

const { TABLE_NAME } = z.parse(z.object({ TABLE_NAME: z.string() }), process.env);

/** https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html */
const PreSignUp = z.looseObject({ userName: z.string() });

export const handler = createHandler({
  services: { table: openTable(TABLE_NAME), log: openLog(), now: Date.now },
  event: PreSignUp,
  logKeys: ({ userName }) => ({ user: userName }),
  async run(event, services) {
    const { userName } = event;
    const problem = userNameProblem(userName);
    if (problem !== undefined) throw new ChatError('invalid_frame', problem);
    const username = encodeUserName(userName);
    // The pool has no such account, or had one that was deleted: a name is given once.
    const user = await getUser(services, username, { consistent: true });
    if (user)
      throw new ChatError('conflict', 'the name belongs to an account that exists or was deleted: choose another');
    if (!(await claimName(services, { looks: looksOf(userName), username }, { complete: false }))) {
      throw new ChatError('conflict', 'the name looks like one that somebody has: choose another');
    }
    // Cognito wants its event back.
    return event;
  },
  answerError(error) {
    // Cognito shows this to whoever signs up: "PreSignUp failed with error …".
    throw new Error(error.sentence('sign up'));
  },
});
