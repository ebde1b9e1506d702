/**
 * Invitations to managed groups. A contact is put into a group at once. Somebody else is invited, and is a member once they have accepted; so is
 * whoever has left the group or declined. An invitation holds as long as whoever gave it manages the group.
 */
import { ChatError } from '#protocol/errors';
import type { ServerEvent } from '#protocol/events';
import { limits } from '#protocol/limits';
import type { ConversationView, Invitation as InvitationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import { connectionsOf, postAll } from '../delivery/post.ts';
import { toTime } from '../delivery/render.ts';
import type { Services, Store, TimedStore } from '../runtime/services.ts';
import { getConversationStates } from '../store/conversation-state.ts';
import { daySeconds } from '../store/item.ts';
import { getMembership, getMemberships, type Membership } from '../store/membership.ts';
import {
  acceptUpdate,
  endInvitation,
  getInvitations,
  getStanding,
  type Invitation,
  invitationIdsOf,
  managesCheck,
  noStanding,
  putInvitation,
  type Standing,
} from '../store/standing.ts';
import { getUsers } from '../store/user.ts';
import { changeMembers, joinsUpdate } from './change-members.ts';
import { contactsAmong } from './contacts.ts';
import { conversationView } from './conversation-view.ts';
import { getProfiles } from './people.ts';
import type { Caller } from './require-membership.ts';
import { assertRate } from './user-limits.ts';

/** Which of these users somebody may put into a group at once; the others must be asked. */
export async function withoutAsking(
  services: Pick<Services, 'table' | 'config'>,
  caller: Caller,
  others: readonly string[],
): Promise<string[]> {
  if (!services.config.invitations) return [...others];
  const contacts = await contactsAmong(services, caller.username, others);
  return others.filter((other) => contacts.has(other));
}

/**
 * Invites a user who is no member. Nothing happens if an invitation waits already, unless whoever gave it manages the group no longer.
 * @throws ChatError `rate_limited` for too many invitations, or too soon after the user has left or declined
 */
export async function invite(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  who: string,
  standing: Standing,
): Promise<void> {
  const { invitation, refusedAt } = standing;
  if (invitation && (await stillManages(services, invitation))) return;
  if (refusedAt !== undefined) assertInvitedAgain(services, who, refusedAt);
  await assertRate(services, caller.username, 'invitations');
  const given = { username: who, conversation: conversation.id, by: caller.username, at: services.now() };
  if (await putInvitation(services, given, standing)) await announce(services, [given]);
}

function assertInvitedAgain({ now }: Pick<Services, 'now'>, who: string, refusedAt: number): void {
  const wait = Math.ceil((refusedAt + limits.invitedAgainDays * daySeconds * 1_000 - now()) / 1_000);
  if (wait <= 0) return;
  const rule = `${who} has left or declined: they can be invited again ${limits.invitedAgainDays} days after it`;
  throw new ChatError('rate_limited', rule, { retryAfter: wait });
}

/** Invites the first members of a new group, before it exists. @returns whom to tell of it once it does */
export async function inviteFirst(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  people: readonly string[],
): Promise<Invitation[]> {
  const at = services.now();
  const given = people.map((username) => ({ username, conversation: conversation.id, by: caller.username, at }));
  const put = await Promise.all(given.map((invitation) => putInvitation(services, invitation, noStanding)));
  return given.filter((_, index) => put[index]);
}

/** Those of these users whom an invitation awaits. */
export async function invitedAmong(
  services: TimedStore,
  { id }: Conversation,
  others: readonly string[],
): Promise<string[]> {
  const found = await getInvitations(
    services,
    others.map((username) => ({ username, conversation: id })),
  );
  return others.filter((other) => found.some(({ username }) => username === other));
}

/** Tells the invited. */
export async function announce(services: Services, given: readonly Invitation[]): Promise<void> {
  const users = await getUsers(
    services,
    given.map(({ username }) => username),
  );
  await Promise.all(
    given.map(async (invitation) => {
      const connections = connectionsOf(
        users.filter(({ username }) => username === invitation.username),
        (scope) => scope.kind === 'user' || (scope.kind === 'notifications' && scope.conversation === 'all'),
      );
      if (connections.length === 0) return;
      const [view] = await toInvitationViews(services, invitation.username, [invitation]);
      if (view) await postAll(services, connections, { type: 'invited', ...view });
    }),
  );
}

export async function isInvited(services: TimedStore, { id }: Conversation, { username }: Caller): Promise<boolean> {
  return (await getStanding(services, username, id)).invitation !== undefined;
}

/**
 * Makes the caller a member of a group to which they are invited. If they are one already, nothing happens.
 * @throws ChatError `not_found` without an invitation that holds; `conflict`
 */
export async function accept(
  services: Services,
  conversation: Conversation,
  caller: Caller,
): Promise<ConversationView> {
  const { username } = caller;
  const { id } = conversation;
  let accepted: Invitation | undefined;
  const isNew = await changeMembers(services, conversation, { kind: 'joined', by: username }, async (state) => {
    const { membership, invitation } = await getStanding(services, username, id);
    if (membership) return undefined;
    if (!invitation) throw notInvited(conversation);
    if (!(await stillManages(services, invitation))) {
      await endInvitation(services, invitation, 'withdrawn');
      await tellOfTheEnd(services, invitation);
      throw notInvited(conversation);
    }
    accepted = invitation;
    const joins = await joinsUpdate(services, conversation, username);
    return { updates: [acceptUpdate(invitation, state), joins], checks: [managesCheck(invitation.by, id)] };
  });
  if (isNew && accepted) await tellOfTheEnd(services, accepted);
  return conversationView(services, conversation, username, [username]);
}

/**
 * The caller does not want to be a member. If they are not invited, nothing happens.
 * @throws ChatError `conflict` when they have just accepted
 */
export async function decline(services: Services, conversation: Conversation, { username }: Caller): Promise<void> {
  const { invitation } = await getStanding(services, username, conversation.id);
  if (!invitation) return;
  if (await endInvitation(services, invitation, 'declined')) return tellOfTheEnd(services, invitation);
  const { membership } = await getStanding(services, username, conversation.id);
  if (membership) throw new ChatError('conflict', 'you have just become a member: leave the group instead');
}

/** Takes an invitation back. @returns `false` if there is none */
export async function withdraw(services: Services, conversation: Conversation, who: string): Promise<boolean> {
  const { invitation } = await getStanding(services, who, conversation.id);
  if (!invitation || !(await endInvitation(services, invitation, 'withdrawn'))) return false;
  await tellOfTheEnd(services, invitation);
  return true;
}

/** Tells the invited that an invitation waits no longer, on all their devices. */
export async function tellOfTheEnd(services: Services, { username, conversation }: Invitation): Promise<void> {
  const event: ServerEvent = { type: 'invitation_ended', conversation };
  await postAll(
    services,
    connectionsOf(await getUsers(services, [username]), (scope) => scope.kind === 'user'),
    event,
  );
}

export interface InvitationPage {
  readonly invitations: InvitationView[];
  /** The next page begins after this id; undefined at the end. */
  readonly next: string | undefined;
}

/** A user's invitations by the group's id, without those that hold no longer. Costs three reads for each of the page. */
export async function invitationPage(
  services: Services,
  username: string,
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<InvitationPage> {
  const ids = (await invitationIdsOf(services, username)).filter((id) => id > after);
  const page = ids.slice(0, limit);
  const invitations = await getInvitations(
    services,
    page.map((conversation) => ({ username, conversation })),
  );
  return {
    invitations: await toInvitationViews(services, username, invitations),
    next: ids.length > limit ? page.at(-1) : undefined,
  };
}

async function toInvitationViews(
  services: Services,
  viewer: string,
  invitations: readonly Invitation[],
): Promise<InvitationView[]> {
  const [states, profiles, inviters] = await Promise.all([
    getConversationStates(
      services,
      invitations.map(({ conversation }) => conversation),
    ),
    getProfiles(services, viewer, [...new Set(invitations.map(({ by }) => by))]),
    getMemberships(
      services,
      invitations.map(({ by, conversation }) => ({ username: by, conversation })),
      { consistent: true },
    ),
  ]);
  const holds = ({ by, conversation }: Invitation) =>
    inviters.some((one) => one.username === by && one.conversation === conversation && manages(one));
  return invitations
    .filter(holds)
    .toSorted((a, b) => (a.conversation < b.conversation ? -1 : 1))
    .flatMap(({ conversation, by, at }) => {
      const state = states.find((other) => other.conversation === conversation);
      const person = profiles.find((profile) => profile.username === by);
      // Without a state the group's creation has failed half-way.
      if (!state || !person) return [];
      return [{ conversation, title: state.title ?? null, by, person, invited_at: toTime(at) }];
    });
}

/** Does whoever has made an invitation or an invite link manage the group? */
export async function stillManages(
  services: Store,
  { by, conversation }: Pick<Invitation, 'by' | 'conversation'>,
): Promise<boolean> {
  return manages(await getMembership(services, by, conversation));
}

export function manages(membership: Membership | undefined): membership is Membership {
  return membership?.role === 'owner' || membership?.role === 'admin';
}

function notInvited({ id }: Conversation): ChatError {
  return new ChatError('not_found', `no invitation to ${id} waits for you: it may have ended`);
}
