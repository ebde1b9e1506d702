/**
 * `@parley/client/settings`: the user's own settings of conversations, open or not. Nobody else learns of them, and the user's other devices have
 * them at once.
 */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';
import type { ConversationSettings, ConversationView } from './protocol.ts';

/** A missing field stays as it is. `unread_from`: a `seq`, or null to read again what was marked. */
export type SettingsChange = Partial<Omit<ConversationSettings, 'archived_seq' | 'marked_seq' | 'quiet'>>;

/** The end of a mute that has none. */
export const always = '9999-12-31T23:59:59.999Z';

/** The settings of a conversation that has none. */
export const noSettings: ConversationSettings = {
  muted_until: null,
  notify: 'all',
  archived: false,
  archived_seq: null,
  pinned: false,
  unread_from: null,
  marked_seq: null,
  quiet: false,
};

/** The user’s own settings. `id` is that of the conversation. */
export interface Settings {
  /** @returns the settings as they are then. @throws ParleyError, such as `Conflict` for one pinned conversation too many */
  change(id: string, change: SettingsChange): Promise<ConversationSettings>;
  /** Until then only mentions notify. @param until ISO 8601; default: `always` */
  mute(id: string, until?: string): Promise<ConversationSettings>;
  /** Ends a mute. What `notify` says stays. */
  unmute(id: string): Promise<ConversationSettings>;
  /** Everything is read, what was marked as unread too. The others learn how far the user has read. */
  markRead(id: string): Promise<void>;
}

/** Settings of a chat. It requests nothing before its functions are called. */
export function createSettings(chat: Pick<Chat, 'request'>): Settings {
  async function change(id: string, changed: SettingsChange): Promise<ConversationSettings> {
    type Answer = { readonly settings: ConversationSettings };
    return (await chat.request<Answer>('PATCH', `${pathOf(id)}/settings`, changed)).settings;
  }
  return {
    change,
    mute: (id, until = always) => change(id, { muted_until: until }),
    unmute: (id) => change(id, { muted_until: null }),
    markRead: (id) => chat.request('POST', `${pathOf(id)}/read`),
  };
}

type Seen = Pick<ConversationView, 'settings' | 'last_message' | 'unread_count' | 'read_seq'>;

/** Nothing, or at most a mention, notifies. @param now ms */
export function isMuted(
  { settings: { notify, muted_until } = noSettings }: Pick<Seen, 'settings'>,
  now: number,
): boolean {
  return notify === 'none' || Date.parse(muted_until ?? '') > now;
}

/** Should a message notify the user? A mention breaks a mute, unless `notify` is `none`. @param now ms */
export function notifies(view: Pick<Seen, 'settings'>, mentioned: boolean, now: number): boolean {
  const { notify } = view.settings ?? noSettings;
  return notify !== 'none' && (mentioned || (notify === 'all' && !isMuted(view, now)));
}

/** Is the conversation put away? It comes back with the next message, unless it is muted. @param now ms */
export function isArchived(view: Pick<Seen, 'settings' | 'last_message'>, now: number): boolean {
  const { archived, archived_seq } = view.settings ?? noSettings;
  return archived && ((view.last_message?.seq ?? 0) <= (archived_seq ?? 0) || isMuted(view, now));
}

/** The message from which on the user has marked the conversation as unread. Undefined once they have read on or written. */
export function markedFrom({ settings, read_seq }: Pick<Seen, 'settings' | 'read_seq'>): number | undefined {
  const { unread_from, marked_seq } = settings ?? noSettings;
  return unread_from !== null && read_seq <= (marked_seq ?? 0) ? unread_from : undefined;
}

/** Unread messages of conversations that are neither put away nor quiet: what a badge shows. @param now ms */
export function unreadTotal(views: readonly Seen[], now: number): number {
  const counted = views.filter((view) => notifies(view, false, now) && !isArchived(view, now));
  return counted.reduce((sum, { unread_count }) => sum + unread_count, 0);
}

/** Pinned conversations first; the others stay in their order. */
export function pinnedFirst<View extends Pick<Seen, 'settings'>>(views: readonly View[]): View[] {
  const isPinned = ({ settings }: View) => settings?.pinned ?? false;
  return [...views.filter(isPinned), ...views.filter((view) => !isPinned(view))];
}
