import type { Conversation } from '#protocol/names';
import type { Recipients } from '../delivery/broadcast.ts';
import type { Services, Store, TimedStore } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { firstMembersOf, getMemberships, membersOf } from '../store/membership.ts';
import { getUsers, type User } from '../store/user.ts';

/** ms after which the index of members is surely up to date. As a rule it lags by less than a second. */
export const indexLagMs = 60_000;

/** The members that the index lists. */
export interface MemberList {
  readonly names: readonly string[];
  /** False for a large conversation: `names` has only its first members, because one invocation does not post to all. */
  readonly complete: boolean;
}

/** Lists the members with one read, however many there are. May run while a number is allocated: that state then tells who left. */
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
 * @param options.alwaysInclude users whom the event concerns directly. They are posted to at once even in a large conversation, and even if
 *   the index does not list them yet
 * @param options.members and `options.state`: if the caller has read them already
 */
export async function recipientsOf(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  conversation: Conversation,
  options: {
    readonly alwaysInclude: readonly string[];
    readonly members?: MemberList | undefined;
    readonly state?: ConversationState | undefined;
  },
): Promise<Recipients> {
  const { id } = conversation;
  const { alwaysInclude } = options;
  const [members, state] = await Promise.all([
    options.members ?? listMembers(services, conversation),
    options.state ?? whoLeft(services, conversation),
  ]);
  if (!members.complete) {
    const exclude = [...new Set([...alwaysInclude, ...state.left.keys()])];
    return { conversation: id, users: await getUsers(services, [...new Set(alwaysInclude)]), remaining: { exclude } };
  }
  const names = new Set([...withoutLeft(members.names, state, services.now()), ...alwaysInclude]);
  return { conversation: id, users: await getUsers(services, [...names]) };
}

/** What the conversation's state knows of who has left. Nobody can leave a direct conversation, so its state is not read. */
async function whoLeft(services: Store, { id, kind }: Conversation): Promise<Departures> {
  if (kind === 'direct') return { left: new Map(), departed: new Set() };
  return getConversationState(services, id);
}

/** The names of all members, however many: those in the conversation's name or in the index, without users who have left. */
export async function memberNames(services: TimedStore, conversation: Conversation): Promise<string[]> {
  // Together, so that no failure of one is left alone when the other has failed: Node ends the process for that.
  const [state, names] = await Promise.all([whoLeft(services, conversation), allNames(services, conversation)]);
  return withoutLeft(names, state, services.now());
}

async function allNames(services: Store, conversation: Conversation): Promise<readonly string[]> {
  if ('members' in conversation) return conversation.members;
  const names: string[] = [];
  for await (const page of membersOf(services, conversation.id)) names.push(...page);
  return names;
}

/** Those of the users who are members. */
export async function membersAmong(services: Store, conversation: string, names: readonly string[]): Promise<User[]> {
  const keys = [...new Set(names)].map((username) => ({ username, conversation }));
  const members = (await getMemberships(services, keys)).map(({ username }) => username);
  return getUsers(services, members);
}

/**
 * Those of the users who are still members.
 * @param at ms; when they were members. Soon after it, the state tells who has left; later, it may have forgotten
 */
export async function stillMembers(
  services: TimedStore,
  id: string,
  names: readonly string[],
  at: number,
): Promise<User[]> {
  const now = services.now();
  if (now - at > indexLagMs / 2) return membersAmong(services, id, names);
  return getUsers(services, withoutLeft(names, await getConversationState(services, id), now));
}

type Departures = Pick<ConversationState, 'left' | 'departed'>;

/** The names without users who have just left, and whom the index may still list; or who have left a conversation that has their name. */
export function withoutLeft(names: readonly string[], { left, departed }: Departures, now: number): string[] {
  return names.filter((name) => !departed.has(name) && now - (left.get(name) ?? 0) > indexLagMs);
}

/** The state remembers at most so many users who left: it is written with every message and must stay small. */
const leftMaximum = 16;

/** Users who left and whom the state can forget, so that it has room for one more. */
export function leftLongAgo({ left }: Pick<ConversationState, 'left'>, now: number): string[] {
  return [...left]
    .sort(([, a], [, b]) => b - a)
    .filter(([, at], place) => place >= leftMaximum - 1 || now - at > indexLagMs)
    .map(([name]) => name);
}
