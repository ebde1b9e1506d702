import type { Conversation } from '#protocol/names';
import type { Audience } from '../delivery/broadcast.ts';
import type { Services } from '../runtime/services.ts';
import { getHead, type Head } from '../store/head.ts';
import { firstMembersOf, getMemberships, membersOf } from '../store/membership.ts';
import { getUsers, type User } from '../store/user.ts';

/** ms after which the index surely has heard of who left; it lags by less than a second as a rule. */
const indexLag = 60_000;

/** Members as far as the index knows. Not `all`: there are more than one invocation posts to, and these are the first of them. */
export interface Listed {
  readonly names: readonly string[];
  readonly all: boolean;
}

/** Lists the members with one read, whatever their number: to be asked while a number is taken, whose head then tells who left. */
export async function listMembers(
  services: Pick<Services, 'table' | 'config'>,
  conversation: Conversation,
): Promise<Listed> {
  if ('members' in conversation) return { names: conversation.members, all: true };
  const most = services.config.inlineMembers;
  const names = await firstMembersOf(services, conversation.id, most + 1);
  return { names, all: names.length <= most };
}

/**
 * Whom an event of the conversation is for.
 * @param options.served who is told at once even of a large conversation, and however new they are to the index: whom it concerns themselves
 * @param options.listed and `head`, where they are at hand
 */
export async function audienceOf(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  conversation: Conversation,
  { served, ...known }: { served: readonly string[]; listed?: Listed; head?: Head | undefined },
): Promise<Audience> {
  const { id } = conversation;
  const [listed, head] = await Promise.all([
    known.listed ?? listMembers(services, conversation),
    // Nobody leaves a conversation that is named by its members.
    known.head ?? ('members' in conversation ? { left: new Map<string, number>() } : getHead(services, id)),
  ]);
  if (!listed.all) {
    const without = [...new Set([...served, ...head.left.keys()])];
    return { conversation: id, users: await getUsers(services, [...new Set(served)]), others: { without } };
  }
  const names = new Set([...withoutLeft(listed.names, head, services.now()), ...served]);
  return { conversation: id, users: await getUsers(services, [...names]) };
}

/** The names of all members, however many: those in its name, or those that the index lists and who did not leave a moment ago. */
export async function memberNames(
  services: Pick<Services, 'table' | 'now'>,
  conversation: Conversation,
): Promise<string[]> {
  if ('members' in conversation) return [...conversation.members];
  const head = getHead(services, conversation.id);
  const names: string[] = [];
  for await (const page of membersOf(services, conversation.id)) names.push(...page);
  return withoutLeft(names, await head, services.now());
}

/** Those of these people who are members. */
export async function currentMembers(
  services: Pick<Services, 'table'>,
  conversation: string,
  names: readonly string[],
): Promise<User[]> {
  const which = [...new Set(names)].map((username) => ({ username, conversation }));
  const memberships = await getMemberships(services, which);
  return getUsers(
    services,
    memberships.map(({ username }) => username),
  );
}

/**
 * Those of these people, who were members at a moment, who still are. Shortly after it the head tells; later it may have forgotten who left.
 * @param at ms
 */
export async function stillMembers(
  services: Pick<Services, 'table' | 'now'>,
  id: string,
  names: readonly string[],
  at: number,
): Promise<User[]> {
  const now = services.now();
  if (now - at > indexLag / 2) return currentMembers(services, id, names);
  return getUsers(services, withoutLeft(names, await getHead(services, id), now));
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
