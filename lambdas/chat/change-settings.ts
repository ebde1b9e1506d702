import { ChatError } from '#protocol/errors';
import type { SettingsAnswer, SettingsBody } from '#protocol/http';
import { limits } from '#protocol/limits';
import type { Conversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { noteActive } from '../delivery/note-active.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { changeOwnSettings, type Membership } from '../store/membership.ts';
import { getUsers } from '../store/user.ts';
import { type InboxRow, readInbox } from './inbox.ts';
import { postUnreadCounts } from './mark-read.ts';
import { countsInTotal, isMuted, shownSettings } from './own-settings.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { unreadCount } from './unread-count.ts';
import { unreadMarkFrom } from './unread-mark.ts';

/**
 * Changes the caller's own settings of a conversation: one write of their membership, or none if they are so already. Their own connections get
 * the settings and the counts that follow; the others learn nothing.
 * @param asked a missing field stays as it is
 * @returns the settings and the unread count after it
 * @throws ChatError `forbidden` for who is no member; `invalid_frame` for a time in the past or a number beyond the log; `conflict` for one pinned
 *   conversation too many
 */
export async function changeSettings(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  asked: SettingsBody | ((settings: Membership['settings']) => SettingsBody),
): Promise<SettingsAnswer> {
  const before = await requireMembership(services, conversation, caller, { join: false });
  const state = await getConversationState(services, conversation.id);
  const change = typeof asked === 'function' ? asked(before.settings) : asked;
  const settings = await changed(services, state, before, change);
  if (change.pinned && before.settings.pinnedAt === undefined) await assertMayPin(services, caller.username);
  const membership = await changeOwnSettings(services, before, settings);
  if (!membership) throw new ChatError('forbidden', 'you are not a member any more');
  const row = { state, membership, unread: await unreadCount(services, state, membership) };
  const shown = shownSettings(row, services.now());
  // Settings that are as they were leave the membership as it was read.
  if (membership !== before) await tell(services, { ...row, membership: before }, row);
  return { settings: shown, unread_count: row.unread };
}

/** The settings after a change. */
async function changed(
  { now, ...services }: Services,
  state: ConversationState,
  membership: Membership,
  { muted_until, notify, archived, pinned, unread_from }: SettingsBody,
): Promise<Membership['settings']> {
  const { settings } = membership;
  const mutedUntil = muted_until == null ? undefined : Date.parse(muted_until);
  if (mutedUntil !== undefined && mutedUntil <= now()) {
    throw new ChatError('invalid_frame', 'muted_until is in the past: give a later time, or null to end the mute');
  }
  const putAway = archived ? (state.last?.seq ?? 0) : undefined;
  return {
    mutedUntil: muted_until === undefined ? settings.mutedUntil : mutedUntil,
    notify: notify ?? settings.notify,
    // What is pinned is not put away, and what is put away is not pinned.
    archivedAt: pinned ? undefined : archived === undefined ? settings.archivedAt : putAway,
    pinnedAt: archived ? undefined : pinned === undefined ? settings.pinnedAt : pinnedSince(settings, pinned, now()),
    mark:
      unread_from === undefined
        ? settings.mark
        : unread_from === null
          ? undefined
          : await unreadMarkFrom({ now, ...services }, state, membership, unread_from),
  };
}

function pinnedSince({ pinnedAt }: Membership['settings'], pinned: boolean, now: number): number | undefined {
  return pinned ? (pinnedAt ?? now) : undefined;
}

/** The inbox has every pinned conversation. @throws ChatError `conflict` */
async function assertMayPin(services: Services, username: string): Promise<void> {
  const { rows } = await readInbox(services, username);
  const most = limits.pinnedConversations;
  if (rows.filter(({ membership }) => membership.settings.pinnedAt !== undefined).length < most) return;
  throw new ChatError('conflict', `you have pinned ${most} conversations, which is the most: unpin another one first`);
}

async function tell(services: Services, before: InboxRow, after: InboxRow): Promise<void> {
  const { membership, state, unread } = after;
  const { username, conversation, settings } = membership;
  const now = services.now();
  const users = await getUsers(services, [username]);
  // Of a user with very many conversations, the inbox reads those that were noted since its list was written.
  if (settings.pinnedAt !== undefined) await noteActive(services, conversation, users);
  const connections = connectionsOf(users, (scope) => receives(scope, conversation));
  const muted = isMuted(settings, now);
  // For clients from before there were other settings.
  if (muted !== isMuted(before.membership.settings, now)) {
    await postAll(services, connections, { type: 'conversation_muted', conversation, muted });
  }
  const event = { settings: shownSettings(after, now), muted, unread_count: unread };
  await postAll(services, connections, { type: 'conversation_settings', conversation, ...event });
  const isCounted = (row: InboxRow) => (countsInTotal(row, now) ? row.unread : 0);
  const unreadBefore = await unreadCount(services, state, before.membership);
  if (unreadBefore !== unread || isCounted({ ...before, unread: unreadBefore }) !== isCounted(after)) {
    await postUnreadCounts(services, conversation, users, unread);
  }
}
