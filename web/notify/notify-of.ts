import type { ServerEvent } from '@parley/client';
import type { Messenger } from '../chat/messenger.ts';
import { titleOf } from '../people/names.ts';
import { route } from '../route.ts';
import type { News } from '../worker/words.ts';
import { notificationsWanted } from './wanted.ts';

/** Is the conversation before somebody's eyes in this tab? */
export function isShown(conversation: string): boolean {
  const now = route.peek();
  return document.visibilityState === 'visible' && now.at === 'conversation' && now.name === conversation;
}

/** What somebody is told of an event, in the words of a push; undefined where it is nothing to tell. */
export function newsOf(
  event: ServerEvent,
  { me, conversations }: Pick<Messenger, 'me' | 'conversations'>,
): News | undefined {
  if (event.type !== 'chat_message' || event.from_user.username === me || event.content_type === 'system')
    return undefined;
  const { conversation, from_user } = event;
  const view = conversations.peek().find(({ id }) => id === conversation);
  const text = [...(event.message || (event.attachments?.[0]?.filename ?? ''))].slice(0, 200).join('');
  const direct = !conversation.includes(':');
  return {
    ...{ user: me, conversation },
    title: direct || !view ? from_user.name : titleOf(view, me),
    body: direct ? text : `${from_user.name}: ${text}`,
  };
}

/** Notifies of what others say while one looks elsewhere; the worker asks the other tabs, and shows it once. @returns what ends it */
export function notifyOf(messenger: Messenger): () => void {
  return messenger.chat.onEvent((event) => {
    const news = notificationsWanted.peek() ? newsOf(event, messenger) : undefined;
    if (!news || isShown(news.conversation)) return;
    navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(news));
  });
}
