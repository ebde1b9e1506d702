/** What a member's own settings of a conversation mean now. */
import type { ConversationSettings } from '#protocol/message';
import { toTime } from '../delivery/render.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import type { Membership } from '../store/membership.ts';
import { markOf } from './unread-count.ts';

type Settings = Membership['settings'];

/** Nothing, or at most a mention, notifies. @param now ms */
export function isMuted({ notify, mutedUntil = 0 }: Settings, now: number): boolean {
  return notify === 'none' || mutedUntil > now;
}

/** Does the member want a push or a notification of a message? A mention breaks a mute that ends, but not `none`. @param now ms */
export function wantsNotification(settings: Settings, mentioned: boolean, now: number): boolean {
  if (settings.notify === 'none') return false;
  return mentioned || (settings.notify === 'all' && !isMuted(settings, now));
}

type Row = { readonly state: ConversationState; readonly membership: Membership };

/** Put away, and no message has come since; one that is muted stays away. @param now ms */
export function isArchived({ state, membership: { settings } }: Row, now: number): boolean {
  const { archivedAt } = settings;
  return archivedAt !== undefined && ((state.last?.seq ?? 0) <= archivedAt || isMuted(settings, now));
}

/** Do its unread messages count in the total? Those of which the member is not notified, and those that are put away, wait quietly. @param now ms */
export function countsInTotal(row: Row, now: number): boolean {
  return wantsNotification(row.membership.settings, false, now) && !isArchived(row, now);
}

/** The settings as their member gets them. @param now ms */
export function shownSettings(row: Row, now: number): ConversationSettings {
  const { mutedUntil = 0, notify, archivedAt = null, pinnedAt } = row.membership.settings;
  const archived = isArchived(row, now);
  const mark = markOf(row.state, row.membership);
  return {
    muted_until: mutedUntil > now ? toTime(mutedUntil) : null,
    notify,
    archived,
    archived_seq: archived ? archivedAt : null,
    pinned: pinnedAt !== undefined,
    unread_from: mark ? Math.max(mark.seq, row.membership.cleared.seq) + 1 : null,
    marked_seq: mark ? mark.read : null,
    quiet: !countsInTotal(row, now),
  };
}

/** Are the settings as they are at the beginning? */
export function areUnset({ muted_until, notify, archived, pinned, unread_from }: ConversationSettings): boolean {
  return muted_until === null && notify === 'all' && !archived && !pinned && unread_from === null;
}
