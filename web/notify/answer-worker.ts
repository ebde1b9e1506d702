import type { Messenger } from '../chat/messenger.ts';
import { go } from '../route.ts';
import type { Question } from '../worker/words.ts';
import { isShown } from './notify-of.ts';

/** Tells the worker what is to be seen here, and goes where a notification leads. @returns what ends it */
export function answerWorker({ me }: Pick<Messenger, 'me'>): () => void {
  if (!('serviceWorker' in navigator)) return () => {};
  const listen = ({ data, ports: [port] }: MessageEvent<Question>) => {
    // A push says not whom it is for, before anybody has registered here.
    const mine = data.user === me || data.user === '';
    if (mine && data.ask === 'open') go({ at: 'conversation', name: data.conversation });
    port?.postMessage(mine && (data.ask === 'open' || isShown(data.conversation)));
  };
  navigator.serviceWorker.addEventListener('message', listen);
  navigator.serviceWorker.startMessages();
  return () => navigator.serviceWorker.removeEventListener('message', listen);
}
