import { plainWords } from '../text/plain-words.ts';
import { type MessageNotification, type PageQuestion, sharedCache } from './messages.ts';
import { inWords, type PushWords } from './push-words.ts';
import { isQuiet, type NotifySettings, usualSettings } from './quiet-hours.ts';

declare const self: ServiceWorkerGlobalScope;

/** A page that does not answer in time, for example because the browser has frozen it, counts as a no. */
const answerTimeoutMs = 500;

/**
 * Shows a notification unless a page shows the conversation; a newer one replaces the last one of the same conversation.
 * @param isPush in quiet hours too it is shown, without a sound: browsers end the subscription of a page that shows nothing for its pushes
 */
export async function showNotification(notification: MessageNotification, isPush = false): Promise<void> {
  const { user, conversation, title, body } = notification;
  const settings = await settingsOfDevice();
  const quiet = isQuiet(settings, new Date());
  if (quiet && !isPush) return;
  const pages = (await allPages()).filter(({ visibilityState }) => visibilityState === 'visible');
  const answers = await Promise.all(pages.map((page) => ask(page, { type: 'shows', user, conversation })));
  if (answers.includes(true)) return;
  await self.registration.showNotification(title.replace(/^room:/, '#'), {
    body: plainWords(isPush ? inWords(body, await wordsOfDevice()) : body),
    tag: `${user} ${conversation}`,
    icon: '/icon-192.png',
    badge: '/icon-192.png',
    silent: quiet || !settings.sound,
    data: { user, conversation },
  });
}

async function settingsOfDevice(): Promise<NotifySettings> {
  const kept = await (await caches.open(sharedCache.name)).match(sharedCache.settings);
  return kept ? kept.json() : usualSettings;
}

async function wordsOfDevice(): Promise<Partial<PushWords>> {
  const kept = await (await caches.open(sharedCache.name)).match(sharedCache.words);
  return kept ? kept.json() : {};
}

/** Opens the conversation of a notification in a page of that user, or in a new one. */
export async function openNotification(notification: Notification): Promise<void> {
  notification.close();
  const { user, conversation } = notification.data;
  for (const page of await allPages()) {
    if (await ask(page, { type: 'open', user, conversation })) {
      await page.focus();
      return;
    }
  }
  const query = user ? `?user=${encodeURIComponent(user)}` : '';
  await self.clients.openWindow(`/${query}#/c/${encodeURIComponent(conversation)}`);
}

function allPages(): Promise<readonly WindowClient[]> {
  return self.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

function ask(page: WindowClient, question: PageQuestion): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    setTimeout(() => resolve(false), answerTimeoutMs);
    page.postMessage(question, [port2]);
  });
}
