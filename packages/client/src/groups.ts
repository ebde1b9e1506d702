/** `@parley/client/groups`: groups, and invitations to them. To leave one: `conversation.leave()`. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import { createManagement, type Management, memberPath } from './management.ts';
import type { ConversationView, Invitation, InvitationPage, ServerEvent } from './protocol.ts';

/** A group to be made. */
export interface NewGroup {
  readonly title: string;
  /** User names of its first members, besides the user. */
  readonly members: readonly string[];
  /** The same at each try, so that a repeated one makes no second group. Default: a new one. */
  readonly client_id?: string;
}

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

/** What one does with groups. */
export interface GroupManagement extends Management {
  /** @throws ParleyError */
  create(group: NewGroup): Promise<ConversationView>;
  /** Contacts of the user become members at once; others are `invited`. @throws ParleyError */
  invite(id: string, username: string): Promise<'member' | 'invited'>;
}

/** Groups, and invitations to them. Close it when its chat is closed. */
export interface Groups extends Invitations, GroupManagement {}

/** Groups of a chat. It loads the invitations with each connection. */
export function createGroups(chat: Pick<Chat, 'request' | 'pages' | 'onEvent' | 'state'>): Groups {
  const invitations = createInvitations(chat);
  return {
    ...invitations,
    ...manageGroups(chat),
    // Behind the spread, which would read it once.
    get invitations() {
      return invitations.invitations;
    },
  };
}

/** The part of `createGroups` that has no state. */
export function manageGroups(chat: Pick<Chat, 'request' | 'pages'>): GroupManagement {
  return {
    ...createManagement(chat),
    create: ({ client_id = crypto.randomUUID(), ...group }) =>
      chat.request('POST', '/conversations', { ...group, client_id }),
    async invite(id, username) {
      const { invited = [] } = await chat.request<ConversationView>('PUT', memberPath(id, username));
      return invited.includes(username) ? 'invited' : 'member';
    },
  };
}

/** The part of `createGroups` that a list of conversations needs. */
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
