import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { membersOf } from '../store/membership.ts';
import { getUsers, type User } from '../store/user.ts';

/** The names of a conversation's members: those in its name, or those that the index lists. */
export async function memberNames(services: Pick<Services, 'table'>, conversation: Conversation): Promise<string[]> {
  if ('members' in conversation) return [...conversation.members];
  const names: string[] = [];
  for await (const page of membersOf(services, conversation.id)) names.push(...page);
  return names;
}

/** The members with their devices: whom an event of the conversation is posted to. */
export async function members(services: Pick<Services, 'table'>, conversation: Conversation): Promise<User[]> {
  return getUsers(services, await memberNames(services, conversation));
}
