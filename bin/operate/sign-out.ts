import { AdminUserGlobalSignOutCommand, UserNotFoundException } from '@aws-sdk/client-cognito-identity-provider';
import { ownerOf, usersFilter } from '#lambdas/store/restored-item';
import { signOutUser } from '#lambdas/store/user';
import { decodeUserName } from '#protocol/names';
import { lambdaTable, type Operated } from './connect.ts';
import { eachPage, inParallel } from './scan.ts';

/**
 * Signs people out everywhere, as they could themselves: their tokens from before do nothing, their sockets are closed, and their devices get no
 * pushes until they sign in again. The pool comes first, so that it issues no token that is younger than the moment that is stored.
 * @param who a user name; undefined for everybody
 * @returns how many people
 */
export async function signOut(operated: Operated, who: string | undefined): Promise<number> {
  const { cognito, dynamodb, outputs } = operated;
  const table = await lambdaTable(operated);
  let count = 0;
  const one = async (username: string) => {
    const account = { UserPoolId: outputs.UserPoolId, Username: decodeUserName(username) };
    // With an issuer of one's own there is no pool, and its sessions are ended there.
    if (!outputs.UserPoolId.startsWith('none')) {
      await cognito.send(new AdminUserGlobalSignOutCommand(account)).catch((error: unknown) => {
        if (!(error instanceof UserNotFoundException)) throw error;
      });
    }
    // Tokens say the second in which they were issued.
    await signOutUser({ table }, username, (Math.floor(Date.now() / 1_000) + 1) * 1_000);
    count += 1;
  };
  if (who !== undefined) await one(who);
  else {
    await eachPage(
      dynamodb,
      outputs.TableName,
      async (page) => {
        const users = page.filter(({ item }) => item.deleted === undefined).map(({ item }) => String(ownerOf(item)));
        // The pool limits the requests of administrators: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
        await inParallel(users, 5, one);
      },
      usersFilter,
    );
  }
  return count;
}
