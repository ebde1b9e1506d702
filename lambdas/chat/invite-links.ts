/**
 * Invite links of managed groups: whoever has the code may become a member, until the link expires or was used up. As an invitation does, a link
 * works as long as its maker manages the group. Who was removed does not come back by one.
 */
import { randomBytes } from 'node:crypto';
import { ChatError } from '#protocol/errors';
import type { InviteLinkView } from '#protocol/http';
import { limits } from '#protocol/limits';
import type { ConversationView, InviteLink as LinkView } from '#protocol/message';
import { type Conversation, parseConversation } from '#protocol/names';
import { toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getDescription } from '../store/description.ts';
import { getLink, getLinks, type InviteLink, putLink, revokeLink, useLinkUpdate, works } from '../store/invite-link.ts';
import { getMemberships } from '../store/membership.ts';
import { getStanding, type Invitation, linkJoinUpdate, managesCheck, type Standing } from '../store/standing.ts';
import { assertNoBlock } from './blocks-between.ts';
import { changeMembers, joinsUpdate } from './change-members.ts';
import { conversationView } from './conversation-view.ts';
import { pictureOf } from './inbox-views.ts';
import { manages, stillManages, tellOfTheEnd } from './invitations.ts';
import { getProfile } from './people.ts';
import { requireManager } from './require-manager.ts';
import type { Caller } from './require-membership.ts';

/** The length of a group's id without `group:`. */
const groupLength = 26;

/** The group to which a code leads, and the secret that proves it. @param code as the protocol parsed it */
function readCode(code: string): { readonly conversation: Conversation; readonly secret: string } {
  return { conversation: parseConversation(`group:${code.slice(0, groupLength)}`), secret: code.slice(groupLength) };
}

/** @throws ChatError `forbidden` unless the caller manages the group, and for what is no group */
async function requireLinkMaker(services: Services, conversation: Conversation, caller: Caller): Promise<void> {
  if (conversation.kind === 'room') {
    throw new ChatError('forbidden', `${conversation.id} is a room: people join it by its name, without a link`);
  }
  await requireManager(services, conversation, caller);
}

/** @throws ChatError `forbidden`; `conflict` when the group has as many links as it can have */
export async function createInviteLink(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  { seconds, most }: { readonly seconds: number; readonly most: number },
): Promise<LinkView> {
  await requireLinkMaker(services, conversation, caller);
  if ((await workingLinks(services, conversation)).length >= limits.inviteLinks) {
    throw new ChatError('conflict', `${limits.inviteLinks} links work, and no more can: revoke one`);
  }
  const at = services.now();
  const until = at + seconds * 1_000;
  const secret = randomBytes(16).toString('hex');
  const link = { conversation: conversation.id, secret, by: caller.username, at, until, most, uses: 0 };
  await putLink(services, link);
  return toView(link);
}

/** Those that work, latest first. @throws ChatError `forbidden` */
export async function listInviteLinks(
  services: Services,
  conversation: Conversation,
  caller: Caller,
): Promise<LinkView[]> {
  await requireLinkMaker(services, conversation, caller);
  const links = await workingLinks(services, conversation);
  return links.toSorted((a, b) => b.at - a.at).map(toView);
}

/** Nothing happens if it does not work. @throws ChatError `forbidden` */
export async function revokeInviteLink(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  code: string,
): Promise<void> {
  await requireLinkMaker(services, conversation, caller);
  const { conversation: group, secret } = readCode(code);
  if (group.id === conversation.id) await revokeLink(services, group.id, secret);
}

/** What the link leads to, for whoever has it. @throws ChatError `not_found` when it does not work; `forbidden` for who was removed */
export async function showInviteLink(services: Services, caller: Caller, code: string): Promise<InviteLinkView> {
  const { conversation, secret } = readCode(code);
  const standing = await getStanding(services, caller.username, conversation.id);
  const link = await linkFor(services, conversation, secret, standing);
  const state = await getConversationState(services, conversation.id);
  return {
    conversation: conversation.id,
    title: state.title ?? null,
    picture: await pictureOf(services, state),
    description: state.described ? await getDescription(services, conversation.id) : undefined,
    person: await getProfile(services, caller.username, link.by),
    expires_at: toTime(link.until),
    member: standing.membership !== undefined,
  };
}

/**
 * Makes the caller a member. If they are one already, nothing happens, and nothing is used up.
 * @throws ChatError `not_found` when the link does not work; `forbidden` for who was removed, and when a block stands between the caller and
 *   the link's maker; `conflict`
 */
export async function joinByLink(services: Services, caller: Caller, code: string): Promise<ConversationView> {
  const { username } = caller;
  const { conversation, secret } = readCode(code);
  const { id } = conversation;
  let invitation: Invitation | undefined;
  const isNew = await changeMembers(services, conversation, { kind: 'joined', by: username }, async (state) => {
    const standing = await getStanding(services, username, id);
    if (standing.membership) return undefined;
    const link = await linkFor(services, conversation, secret, standing);
    await assertNoBlock(services, username, [link.by]);
    invitation = standing.invitation;
    const joins = await joinsUpdate(services, conversation, username);
    return {
      updates: [linkJoinUpdate(username, id, state), useLinkUpdate(services, link), joins],
      checks: [managesCheck(link.by, id)],
    };
  });
  if (isNew && invitation) await tellOfTheEnd(services, invitation);
  return conversationView(services, conversation, username, [username]);
}

/** @throws ChatError `not_found`, `forbidden` */
async function linkFor(
  services: Services,
  { id }: Conversation,
  secret: string,
  { removedAt }: Standing,
): Promise<InviteLink> {
  const link = await getLink(services, id, secret);
  if (!link || !works(link, services.now()) || !(await stillManages(services, link))) {
    throw new ChatError('not_found', 'it has expired, was used up or was revoked: ask for a new one');
  }
  if (removedAt === undefined) return link;
  throw new ChatError('forbidden', 'you were removed from the group: its owner and admins can invite you');
}

async function workingLinks(services: Services, { id }: Conversation): Promise<InviteLink[]> {
  const links = (await getLinks(services, id)).filter((link) => works(link, services.now()));
  const makers = [...new Set(links.map(({ by }) => by))];
  const memberships = await getMemberships(
    services,
    makers.map((username) => ({ username, conversation: id })),
    { consistent: true },
  );
  return links.filter(({ by }) => memberships.some((one) => one.username === by && manages(one)));
}

function toView({ conversation, secret, by, at, until, most, uses }: InviteLink): LinkView {
  return {
    code: conversation.slice('group:'.length) + secret,
    conversation,
    by,
    created_at: toTime(at),
    expires_at: toTime(until),
    uses,
    max_uses: most,
  };
}
