import type { Chat, Invitation, InvitationPage, ServerEvent } from '@parley/client';
import { signal } from '@preact/signals';

/** Groups to which the user is invited: loaded at each connection, and kept current by events. */
export function createInvitations(chat: Pick<Chat, 'request' | 'pages'>) {
  const list = signal<readonly Invitation[]>([]);
  /** Counts events: a list that was requested before an event is loaded again. */
  let eventCount = 0;

  async function load(): Promise<void> {
    const before = eventCount;
    const loaded: Invitation[] = [];
    for await (const { results } of chat.pages<InvitationPage>('/me/invitations?limit=100')) loaded.push(...results);
    if (eventCount !== before) return load();
    list.value = loaded;
  }

  function put(conversation: string, added: readonly Invitation[]): void {
    eventCount++;
    list.value = [...added, ...list.value.filter((one) => one.conversation !== conversation)];
  }

  /** @throws ParleyError */
  async function answer(method: 'PUT' | 'DELETE', conversation: string): Promise<void> {
    await chat.request(method, `/me/invitations/${encodeURIComponent(conversation)}`);
    put(conversation, []);
  }

  return {
    list,
    accept: (conversation: string) => answer('PUT', conversation),
    decline: (conversation: string) => answer('DELETE', conversation),
    apply(event: ServerEvent): void {
      if (event.type === 'conversations') load().catch(() => {});
      else if (event.type === 'invited') put(event.conversation, [event]);
      else if (event.type === 'invitation_ended') put(event.conversation, []);
    },
  };
}
