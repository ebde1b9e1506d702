import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { changeSettings } from './change-settings.ts';
import type { Caller } from './require-membership.ts';

/**
 * Mutes a conversation for the caller, or ends every mute: no pushes, no notifications, and its messages do not count in the total of unread
 * ones. It is the setting `notify: none`, as clients ask for it from before there were others.
 * @throws ChatError `forbidden` for who is no member
 */
export async function muteConversation(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  muted: boolean,
): Promise<void> {
  await changeSettings(services, conversation, caller, (settings) => {
    if (muted) return { notify: 'none' };
    return { muted_until: null, notify: settings.notify === 'none' ? 'all' : settings.notify };
  });
}
