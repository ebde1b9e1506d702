import { navigate, route } from '../route.ts';
import type { Messenger } from '../state/messenger.ts';
import { idOf } from '../state/names.ts';
import type { PageQuestion } from '../worker/messages.ts';

/** Does this tab show the conversation, and is the tab visible? */
export function isVisible(conversation: string, me: string): boolean {
  const current = route.peek();
  const isShown = current.page === 'conversation' && idOf(current.name, me) === conversation;
  return isShown && document.visibilityState === 'visible';
}

/** Answers the worker's questions, and opens the conversation of a notification that was clicked. @returns stop */
export function answerWorker({ me }: Pick<Messenger, 'me'>): () => void {
  if (!('serviceWorker' in navigator)) return () => {};
  const answer = ({ data, ports: [port] }: MessageEvent<PageQuestion>) => {
    // The user is empty if a push came before this browser was registered for a user.
    const isMine = data.user === me || data.user === '';
    if (isMine && data.type === 'open') navigate({ page: 'conversation', name: data.conversation });
    port?.postMessage(isMine && (data.type === 'open' || isVisible(data.conversation, me)));
  };
  navigator.serviceWorker.addEventListener('message', answer);
  navigator.serviceWorker.startMessages();
  return () => navigator.serviceWorker.removeEventListener('message', answer);
}
