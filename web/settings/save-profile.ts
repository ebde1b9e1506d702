import type { Chat, Me } from '@parley/client';
import { limits } from '#protocol/limits';

export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Why a file cannot be a profile picture: a sentence; undefined if it can. */
export function pictureProblem({ type, size }: Pick<File, 'type' | 'size'>): string | undefined {
  if (!pictureTypes.includes(type)) return 'A picture can be a PNG, JPEG, GIF or WebP file.';
  if (size > limits.avatarBytes) return `A picture can have ${limits.avatarBytes / 1024 / 1024} MB at most.`;
  return size === 0 ? 'This file is empty.' : undefined;
}

/**
 * @param change `picture`: null removes the current one, undefined keeps it
 * @throws ParleyError
 */
export async function saveProfile(
  chat: Pick<Chat, 'request' | 'upload'>,
  { name, picture }: { readonly name: string; readonly picture: File | null | undefined },
): Promise<Me> {
  const avatar = picture ? await chat.upload('/me/avatar', picture, { filename: picture.name.slice(-200) }) : picture;
  return chat.request<Me>('PATCH', '/me', { name, avatar });
}
