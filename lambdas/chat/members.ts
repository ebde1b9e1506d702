import type { Conversation } from '#protocol/names';
import type { Recipients } from '../delivery/broadcast.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { firstMembersOf, getMemberships, membersOf } from '../store/membership.ts';
import { getUsers, type User } from '../store/user.ts';

/** ms after which the index surely has heard of who left; it lags by less than a second as a rule. */
const indexLag = 60_000;

/** Members as far as the index knows. Not `all`: there are more than one invocation posts to, and these are the first of them. */
export interface MemberList {
  readonly names: readonly string[];
  readonly complete: boolean;
}

/** Lists the members with one read, whatever their number: to be asked while a number is taken, whose state then tells who left. */
export async function listMembers(
  services: Pick<Services, 'table' | 'config'>,
  conversation: Conversation,
): Promise<MemberList> {
  if ('members' in conversation) return { names: conversation.members, complete: true };
  const most = services.config.inlineMembers;
  const names = await firstMembersOf(services, conversation.id, most + 1);
  return { names, complete: names.length <= most };
}

/**
 * The recipients of an event of the conversation.
 * @param options.alwaysInclude people whom the event concerns directly. They are posted to at once even in a large conversation, and even
 *   if they are too new for the index
 * @param options.members and `options.state`: where the caller has read them already
 */
export async function recipientsOf(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  conversation: Conversation,
  options: {
    readonly alwaysInclude: readonly string[];
    readonly members?: MemberList;
    readonly state?: ConversationState | undefined;
  },
): Promise<Recipients> {
  const { id } = conversation;
  const { alwaysInclude } = options;
  const [members, state] = await Promise.all([
    options.members ?? listMembers(services, conversation),
    // Nobody leaves a conversation that is named by its members.
    options.state ??
      ('members' in conversation ? { left: new Map<string, number>() } : getConversationState(services, id)),
  ]);
  if (!members.complete) {
    const exclude = [...new Set([...alwaysInclude, ...state.left.keys()])];
    return { conversation: id, users: await getUsers(services, [...new Set(alwaysInclude)]), remaining: { exclude } };
  }
  const names = new Set([...withoutLeft(members.names, state, services.now()), ...alwaysInclude]);
  return { conversation: id, users: await getUsers(services, [...names]) };
}

/** The names of all members, however many: those in its name, or those that the index lists and who did not leave a moment ago. */
export async function memberNames(
  services: Pick<Services, 'table' | 'now'>,
  conversation: Conversation,
): Promise<string[]> {
  if ('members' in conversation) return [...conversation.members];
  const state = getConversationState(services, conversation.id);
  const names: string[] = [];
  for await (const page of membersOf(services, conversation.id)) names.push(...page);
  return withoutLeft(names, await state, services.now());
}

/** Those of these people who are members. */
export async function membersAmong(
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
 * Those of these people, who were members at a moment, who still are. Shortly after it the state tells; later it may have forgotten who left.
 * @param at ms
 */
export async function stillMembers(
  services: Pick<Services, 'table' | 'now'>,
  id: string,
  names: readonly string[],
  at: number,
): Promise<User[]> {
  const now = services.now();
  if (now - at > indexLag / 2) return membersAmong(services, id, names);
  return getUsers(services, withoutLeft(names, await getConversationState(services, id), now));
}

/** The names without those who left so shortly before this state that the index may still list them. */
export function withoutLeft(
  names: readonly string[],
  { left }: Pick<ConversationState, 'left'>,
  now: number,
): string[] {
  return names.filter((name) => now - (left.get(name) ?? 0) > indexLag);
}

/** Names that the state keeps of those who left: it is written with every message and must stay small. */
const leftMaximum = 16;

/** Those of whom the state need not know any more that they left, so that one more has room. */
export function leftLongAgo({ left }: Pick<ConversationState, 'left'>, now: number): string[] {
  return [...left]
    .sort(([, a], [, b]) => b - a)
    .filter(([, at], place) => place >= leftMaximum - 1 || now - at > indexLag)
    .map(([name]) => name);
}
