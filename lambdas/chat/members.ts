import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getHead, type Head } from '../store/head.ts';
import { membersOf } from '../store/membership.ts';
import { getUsers, type User } from '../store/user.ts';

/** ms after which the index surely has heard of who left; it lags by less than a second as a rule. */
const indexLag = 60_000;

/** The names of a conversation's members: those in its name, or those that the index lists and who did not leave a moment ago. */
export async function memberNames(
  services: Pick<Services, 'table' | 'now'>,
  conversation: Conversation,
): Promise<string[]> {
  if ('members' in conversation) return [...conversation.members];
  const [listed, head] = await Promise.all([listedNames(services, conversation), getHead(services, conversation.id)]);
  return withoutLeft(listed, head, services.now());
}

/** The same as far as the index knows: to be asked while a number is taken, whose head then tells who left. */
export async function listedNames(services: Pick<Services, 'table'>, conversation: Conversation): Promise<string[]> {
  if ('members' in conversation) return [...conversation.members];
  const names: string[] = [];
  for await (const page of membersOf(services, conversation.id)) names.push(...page);
  return names;
}

/** The names without those who left so shortly before this head that the index may still list them. */
export function withoutLeft(names: readonly string[], { left }: Pick<Head, 'left'>, now: number): string[] {
  return names.filter((name) => now - (left.get(name) ?? 0) > indexLag);
}

/** Names that the head keeps of those who left: it is written with every message and must stay small. */
const leftMaximum = 16;

/** Those of whom the head need not know any more that they left, so that one more has room. */
export function longGone({ left }: Pick<Head, 'left'>, now: number): string[] {
  return [...left]
    .sort(([, a], [, b]) => b - a)
    .filter(([, at], place) => place >= leftMaximum - 1 || now - at > indexLag)
    .map(([name]) => name);
}

/** The members with their devices: whom an event of the conversation is posted to. */
export async function members(services: Pick<Services, 'table' | 'now'>, conversation: Conversation): Promise<User[]> {
  return getUsers(services, await memberNames(services, conversation));
}
