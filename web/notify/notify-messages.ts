import type { ServerEvent } from '@parley/client';
import { notifies } from '@parley/client/settings';
import { plainLine } from '../state/mentions.ts';
import type { Messenger } from '../state/messenger.ts';
import { titleOf } from '../state/names.ts';
import { filesInWords } from '../voice/voice-name.ts';
import type { MessageNotification } from '../worker/messages.ts';
import { isVisible } from './answer-worker.ts';
import { keepPushWords } from './keep-push-words.ts';
import { notificationsEnabled } from './notifications-setting.ts';

/** The notification for an event, with the texts that a push would have; undefined for events that need none. */
function notificationFor(
  event: ServerEvent,
  { me, conversations, nameOf }: Pick<Messenger, 'me' | 'conversations' | 'nameOf'>,
): MessageNotification | undefined {
  if (event.type !== 'chat_message' || event.from_user.username === me || event.content_type === 'system')
    return undefined;
  const { conversation, from_user } = event;
  const view = conversations.peek().find(({ id }) => id === conversation);
  if (view && !notifies(view, event.mentions.includes(me), Date.now())) return undefined;
  const text = [...(plainLine(event, nameOf) || filesInWords(event.attachments ?? []))].slice(0, 200).join('');
  const isDirect = !conversation.includes(':');
  return {
    user: me,
    conversation,
    title: isDirect || !view ? from_user.name : titleOf(view, me),
    body: isDirect ? text : `${from_user.name}: ${text}`,
  };
}

/** Shows notifications for new messages. The worker checks the other tabs, and shows each message once. @returns stop */
export function notifyMessages(messenger: Messenger): () => void {
  const stopWords = keepPushWords();
  const stopEvents = messenger.chat.onEvent((event) => {
    const notification = notificationsEnabled.peek() ? notificationFor(event, messenger) : undefined;
    if (!notification || isVisible(notification.conversation, messenger.me)) return;
    navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(notification));
  });
  return () => {
    stopWords();
    stopEvents();
  };
}
