import { AdminGetUserCommand, UserNotFoundException } from '@aws-sdk/client-cognito-identity-provider';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { AccountJobMessage } from '#lambdas/chat/account-jobs';
import { newDeletion } from '#lambdas/chat/delete-account';
import type { Table } from '#lambdas/runtime/services';
import { beginAccountJob, getAccountJob } from '#lambdas/store/account-job';
import { markDeleted } from '#lambdas/store/deletion';
import { getUser, isOfPool } from '#lambdas/store/user';
import { decodeUserName } from '#protocol/names';
import type { Operated } from './connect.ts';

/** Whether somebody who was put back has no account at the pool any more: they have deleted it since. An issuer of one's own cannot be asked. */
export async function hasLeftPool({ cognito, outputs }: Operated, table: Table, username: string): Promise<boolean> {
  const user = await getUser({ table }, username, { consistent: true });
  if (!user?.owner || !isOfPool(user.owner) || user.deletedAt !== undefined) return false;
  try {
    const Username = decodeUserName(username);
    await cognito.send(new AdminGetUserCommand({ UserPoolId: outputs.UserPoolId, Username }));
    return false;
  } catch (error) {
    if (error instanceof UserNotFoundException) return true;
    throw error;
  }
}

/**
 * Deletes an account again, because a restore may have brought back what was its person's. The stack's own job does it, from the beginning.
 * @param erase what the option deletedMessages says, where the first deletion does not tell
 */
export async function deleteAgain(
  { sqs, outputs }: Operated,
  table: Table,
  username: string,
  erase: boolean,
): Promise<void> {
  const services = { table, now: Date.now };
  const before = await getAccountJob(services, username, 'deletion');
  const told: { account?: string; erase?: boolean } = Object(before?.progress);
  const user = await getUser(services, username, { consistent: true });
  const progress = newDeletion(told.account ?? decodeUserName(username), told.erase ?? erase, user?.avatar?.id);
  const isNew = !before && (await markDeleted(services, username, Date.now(), progress));
  if (!isNew) await beginAccountJob(services, { username, kind: 'deletion', progress }, before);
  const message: AccountJobMessage = { kind: 'deletion', username };
  await sqs.send(new SendMessageCommand({ QueueUrl: outputs.AccountQueueUrl, MessageBody: JSON.stringify(message) }));
}
