/** `@parley/client/account`: the user's own profile, data and account. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import { NotFound } from './errors.ts';
import { pictureName } from './picture-name.ts';
import type { Deletion, Export, Me } from './protocol.ts';

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
  /** undefined until `load` or `change` was called. */
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
}

/** The part of a chat that is about the user. It requests nothing before its functions are called. */
export function createAccount(chat: Pick<Chat, 'request' | 'upload'>): Account {
  const changes = createEmitter<void>();
  let profile: Me | undefined;

  function keep(me: Me): Me {
    profile = me;
    changes.emit();
    return me;
  }

  return {
    get profile() {
      return profile;
    },
    load: async () => keep(await chat.request<Me>('GET', '/me')),
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
