/** What the page asks the HTTP API about pinned messages, pictures, descriptions and invite links. Each throws a `ParleyError`. */
import type {
  Chat,
  ConversationView,
  InviteLink,
  InviteLinkPage,
  InviteLinkView,
  PinnedMessage,
  PinnedPage,
} from '@parley/client';
import { pathOf } from '../state/names.ts';

type Requests = Pick<Chat, 'request'>;

/** Last pinned first. */
export async function pinnedMessages({ request }: Requests, id: string): Promise<readonly PinnedMessage[]> {
  return (await request<PinnedPage>('GET', `${pathOf(id)}/pins`)).results;
}

/** Pins a message for everybody, or takes it down. */
export function setPinned({ request }: Requests, id: string, seq: number, pinned: boolean): Promise<void> {
  return request(pinned ? 'PUT' : 'DELETE', `${pathOf(id)}/pins/${seq}`);
}

/** @param look a missing field stays as it is; null takes it away */
export async function changeLook(
  chat: Pick<Chat, 'request' | 'upload'>,
  id: string,
  { picture, description }: { readonly picture?: File | null | undefined; readonly description?: string | null },
): Promise<void> {
  const uploaded = picture
    ? await chat.upload(`${pathOf(id)}/picture`, picture, { filename: picture.name.slice(-200) })
    : picture;
  await chat.request('PATCH', pathOf(id), { picture: uploaded, description });
}

/** Latest first. */
export async function inviteLinks({ request }: Requests, id: string): Promise<readonly InviteLink[]> {
  return (await request<InviteLinkPage>('GET', `${pathOf(id)}/invite-links`)).results;
}

/** @param link `expires_in` in seconds */
export function makeInviteLink(
  { request }: Requests,
  id: string,
  link: { readonly expires_in: number; readonly max_uses: number },
): Promise<InviteLink> {
  return request('POST', `${pathOf(id)}/invite-links`, link);
}

export function revokeInviteLink({ request }: Requests, { conversation, code }: InviteLink): Promise<void> {
  return request('DELETE', `${pathOf(conversation)}/invite-links/${code}`);
}

/** What a link leads to. */
export function followInviteLink({ request }: Requests, code: string): Promise<InviteLinkView> {
  return request('GET', `/invite-links/${encodeURIComponent(code)}`);
}

export function joinByLink({ request }: Requests, code: string): Promise<ConversationView> {
  return request('POST', `/invite-links/${encodeURIComponent(code)}`);
}
