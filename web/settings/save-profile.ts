import type { Chat } from '@parley/client';
import type { Me, UploadForm } from '../../protocol/http.ts';
import { limits } from '../../protocol/limits.ts';

export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Why a file cannot be a profile picture: a sentence; undefined if it can. */
export function pictureProblem({ type, size }: Pick<File, 'type' | 'size'>): string | undefined {
  if (!pictureTypes.includes(type)) return 'A picture can be a PNG, JPEG, GIF or WebP file.';
  if (size > limits.avatarBytes) return `A picture can have ${limits.avatarBytes / 1024 / 1024} MB at most.`;
  return size === 0 ? 'This file is empty.' : undefined;
}

/**
 * @param change `picture`: null removes the current one, undefined keeps it
 * @throws Error, such as ParleyError
 */
export async function saveProfile(
  { request }: Pick<Chat, 'request'>,
  { name, picture }: { readonly name: string; readonly picture: File | null | undefined },
): Promise<Me> {
  const avatar = picture ? await upload(request, picture) : picture;
  return request<Me>('PATCH', '/me', { name, avatar });
}

/** @returns the id of the uploaded picture */
async function upload(request: Chat['request'], file: File): Promise<string> {
  const { name, type: content_type, size } = file;
  const about = { filename: name.slice(-200), content_type, size };
  const { id, url, fields } = await request<UploadForm>('POST', '/me/avatar', about);
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', file);
  const answer = await fetch(url, { method: 'POST', body: form }).catch(() => undefined);
  if (!answer?.ok) throw new Error('unable to upload the picture; try again, or choose another one');
  return id;
}
