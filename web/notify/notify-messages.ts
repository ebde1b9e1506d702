import type { ServerEvent } from '@parley/client';
import { navigate, route } from '../route.ts';
import type { Messenger } from '../state/messenger.ts';
import { titleOf } from '../state/names.ts';
import type { MessageNotification, PageQuestion } from '../worker/messages.ts';
import { notificationsEnabled } from './notifications-setting.ts';

/** Does this tab show the conversation, and is the tab visible? */
function isVisible(conversation: string): boolean {
  const current = route.peek();
  return document.visibilityState === 'visible' && current.page === 'conversation' && current.name === conversation;
}

/** The notification for an event, with the texts that a push would have; undefined for events that need none. */
function notificationFor(
  event: ServerEvent,
  { me, conversations }: Pick<Messenger, 'me' | 'conversations'>,
): MessageNotification | undefined {
  if (event.type !== 'chat_message' || event.from_user.username === me || event.content_type === 'system')
    return undefined;
  const { conversation, from_user } = event;
  const view = conversations.peek().find(({ id }) => id === conversation);
  if (view?.muted) return undefined;
  const text = [...(event.message || (event.attachments?.[0]?.filename ?? ''))].slice(0, 200).join('');
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
  return messenger.chat.onEvent((event) => {
    const notification = notificationsEnabled.peek() ? notificationFor(event, messenger) : undefined;
    if (!notification || isVisible(notification.conversation)) return;
    navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(notification));
  });
}

/** Answers the worker's questions, and opens the conversation of a notification that was clicked. @returns stop */
export function answerWorker({ me }: Pick<Messenger, 'me'>): () => void {
  if (!('serviceWorker' in navigator)) return () => {};
  const answer = ({ data, ports: [port] }: MessageEvent<PageQuestion>) => {
    // The user is empty if a push came before this browser was registered for a user.
    const isMine = data.user === me || data.user === '';
    if (isMine && data.type === 'open') navigate({ page: 'conversation', name: data.conversation });
    port?.postMessage(isMine && (data.type === 'open' || isVisible(data.conversation)));
  };
  navigator.serviceWorker.addEventListener('message', answer);
  navigator.serviceWorker.startMessages();
  return () => navigator.serviceWorker.removeEventListener('message', answer);
}
