/** `@parley/client/invitations`: invitations to groups, for a program that manages none. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import type { Invitation, InvitationPage, ServerEvent } from './protocol.ts';

/** Groups to which the user is invited. */
export interface Invitations {
  /** Groups to which the user is invited, latest first. Loaded with each connection; a new array after each change. */
  readonly invitations: readonly Invitation[];
  /** Becomes a member of a group. @throws ParleyError */
  accept(id: string): Promise<void>;
  /** @throws ParleyError */
  decline(id: string): Promise<void>;
  /** Calls `listener` after each change of `invitations`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** The part of `createGroups` that a list of conversations needs. They are loaded with each connection. */
export function createInvitations(chat: Pick<Chat, 'request' | 'pages' | 'onEvent' | 'state'>): Invitations {
  const changes = createEmitter<void>();
  let invitations: readonly Invitation[] = [];
  /** Counts events: a list that was requested before an event is loaded again. */
  let events = 0;

  async function load(): Promise<void> {
    const before = events;
    const loaded: Invitation[] = [];
    for await (const { results } of chat.pages<InvitationPage>('/me/invitations?limit=100')) loaded.push(...results);
    if (events !== before) return load();
    invitations = loaded;
    changes.emit();
  }

  function put(conversation: string, added: readonly Invitation[]): void {
    events++;
    invitations = [...added, ...invitations.filter((one) => one.conversation !== conversation)];
    changes.emit();
  }

  async function answer(method: 'PUT' | 'DELETE', conversation: string): Promise<void> {
    await chat.request(method, `/me/invitations/${encodeURIComponent(conversation)}`);
    put(conversation, []);
  }

  function apply(event: ServerEvent): void {
    if (event.type === 'conversations') load().catch(() => {});
    else if (event.type === 'invited') put(event.conversation, [event]);
    else if (event.type === 'invitation_ended') put(event.conversation, []);
  }

  // The first event of a connection may be past.
  if (['live', 'catching up'].includes(chat.state.status)) load().catch(() => {});
  return {
    get invitations() {
      return invitations;
    },
    accept: (id) => answer('PUT', id),
    decline: (id) => answer('DELETE', id),
    subscribe: changes.subscribe,
    close: chat.onEvent(apply),
  };
}
