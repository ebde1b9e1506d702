/** `@parley/client/account`: the user's own profile, data and account. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import { NotFound } from './errors.ts';
import { pictureName } from './picture-name.ts';
import type { Deletion, Export, Me, ServerEvent } from './protocol.ts';

/** What is missing stays as it is. */
export interface ProfileChange {
  readonly name?: string;
  /** Shall nobody else see whether the user is online? */
  readonly hide_presence?: boolean;
  /** A new picture; null removes the present one. */
  readonly picture?: Blob | null;
}

/** The user themself. */
export interface Account {
  /** Undefined until it was loaded or changed, on whichever device; from then on it is current. */
  readonly profile: Me | undefined;
  /** @throws ParleyError */
  load(): Promise<Me>;
  /** Changes what is given, and uploads a picture first. @throws ParleyError, such as `AttachmentRejected`, `TooLarge` */
  change(change: ProfileChange): Promise<Me>;
  /** The archive of what is the user's, and how far it is; undefined if none was made. @throws ParleyError */
  archive(): Promise<Export | undefined>;
  /** Begins to make an archive. @throws ParleyError */
  makeArchive(): Promise<Export>;
  /** Ends the user's sessions on all devices, this one included. @throws ParleyError */
  signOutEverywhere(): Promise<void>;
  /** Deletes the account for ever. From then on the user's tokens can only ask how far it is. @throws ParleyError */
  delete(): Promise<Deletion>;
  /** How far the deletion is; undefined if there is none. @throws ParleyError */
  deletion(): Promise<Deletion | undefined>;
  /** Calls `listener` after each change of `profile`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** The part of a chat that is about the user. It requests nothing before its functions are called. */
export function createAccount(chat: Pick<Chat, 'request' | 'upload' | 'onEvent'>): Account {
  const changes = createEmitter<void>();
  let profile: Me | undefined;

  /** A change comes as an answer and as an event: the second one is none. */
  function keep(me: Me): Me {
    if (profile && JSON.stringify(me) === JSON.stringify(profile)) return profile;
    profile = me;
    changes.emit();
    return me;
  }

  function apply(event: ServerEvent): void {
    if (event.type === 'profile_changed') keep(event.profile);
    // What happened without a connection.
    else if (event.type === 'conversations' && profile) load().catch(() => {});
  }

  async function load(): Promise<Me> {
    const before = profile;
    const me = await chat.request<Me>('GET', '/me');
    // What an event has told in the meantime is newer.
    return profile === before || !profile ? keep(me) : profile;
  }

  return {
    get profile() {
      return profile;
    },
    load,
    async change({ picture, ...fields }) {
      const avatar = picture ? await chat.upload('/me/avatar', picture, { filename: pictureName(picture) }) : picture;
      return keep(await chat.request<Me>('PATCH', '/me', { ...fields, avatar }));
    },
    archive: () => orUndefined(chat.request<Export>('GET', '/me/export')),
    makeArchive: () => chat.request('POST', '/me/export'),
    signOutEverywhere: () => chat.request('DELETE', '/me/sessions'),
    delete: () => chat.request('DELETE', '/me'),
    deletion: () => orUndefined(chat.request<Deletion>('GET', '/me/deletion')),
    subscribe: changes.subscribe,
    close: chat.onEvent(apply),
  };
}

async function orUndefined<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
