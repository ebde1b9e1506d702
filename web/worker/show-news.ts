import type { Page, WorkerScope } from './scope.ts';
import type { News, Question } from './words.ts';

declare const self: WorkerScope;

/** Shows that something was said, unless somebody has it before their eyes; one notice for each conversation. */
export async function showNews({ user, conversation, title, body }: News): Promise<void> {
  const pages = await allPages();
  const visible = pages.filter(({ visibilityState }) => visibilityState === 'visible');
  const seen = await Promise.all(visible.map((page) => ask(page, { ask: 'shows', user, conversation })));
  if (seen.includes(true)) return;
  await self.registration.showNotification(title, {
    ...{ body, tag: `${user} ${conversation}`, icon: '/icon-192.png', badge: '/icon-192.png' },
    data: { user, conversation },
  });
}

/** Goes where it was said: in a page of that user, or in a new one. */
export async function openNews(notification: Notification): Promise<void> {
  notification.close();
  const { user, conversation } = notification.data;
  for (const page of await allPages()) {
    if (await ask(page, { ask: 'open', user, conversation })) {
      await page.focus();
      return;
    }
  }
  const query = user ? `?user=${encodeURIComponent(user)}` : '';
  await self.clients.openWindow(`/${query}#/c/${encodeURIComponent(conversation)}`);
}

function allPages(): Promise<readonly Page[]> {
  return self.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

/** A page that does not answer, such as one that is asleep, says no. */
function ask(page: Page, question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    setTimeout(() => resolve(false), 500);
    page.postMessage(question, [port2]);
  });
}
