import type { Chat } from '@parley/client';
import type { Me } from '../../protocol/http.ts';
import { limits } from '../../protocol/limits.ts';

export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Why a file can be nobody's picture: a sentence; undefined where it can. */
export function pictureRefusal({ type, size }: Pick<File, 'type' | 'size'>): string | undefined {
  if (!pictureTypes.includes(type)) return 'A picture can be a PNG, JPEG, GIF or WebP file.';
  if (size > limits.avatarBytes) return `A picture can have ${limits.avatarBytes / 1024 / 1024} MB at most.`;
  return size === 0 ? 'This file is empty.' : undefined;
}

/**
 * @param change `picture`: null takes it away, undefined leaves it as it is
 * @throws ParleyError
 */
export async function saveProfile(
  chat: Pick<Chat, 'request' | 'upload'>,
  { name, picture }: { readonly name: string; readonly picture: File | null | undefined },
): Promise<Me> {
  const avatar = picture ? await chat.upload('/me/avatar', picture, { filename: picture.name.slice(-200) }) : picture;
  return chat.request<Me>('PATCH', '/me', { name, avatar });
}
